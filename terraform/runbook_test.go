package terraform_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// step is one section of docs/runbook-colours.md: what goes into terraform.tfvars, then what is run.
type step struct {
	title     string
	variables map[string]string
	commands  []string
}

var (
	fence      = regexp.MustCompile("(?ms)^```(hcl|sh)\n(.*?)\n```$")
	assignment = regexp.MustCompile(`(?m)^(\w+) = (.+)$`)
)

// runbook is the document's steps, the part before the first one too.
func runbook(t *testing.T) []step {
	t.Helper()
	text, err := os.ReadFile("../docs/runbook-colours.md")
	require.NoError(t, err)
	var steps []step
	for section := range strings.SplitSeq(string(text), "\n## ") {
		title, _, _ := strings.Cut(section, "\n")
		s := step{title: title, variables: map[string]string{}}
		for _, block := range fence.FindAllStringSubmatch(section, -1) {
			if block[1] == "hcl" {
				for _, line := range assignment.FindAllStringSubmatch(block[2], -1) {
					s.variables[line[1]] = line[2]
				}
				continue
			}
			for line := range strings.SplitSeq(block[2], "\n") {
				command, _, _ := strings.Cut(line, "#")
				s.commands = append(s.commands, strings.TrimSpace(command))
			}
		}
		steps = append(steps, s)
	}
	return steps
}

func TestTheRunbookHasFourStepsOfOneVariable(t *testing.T) {
	steps := runbook(t)
	require.Len(t, steps, 5, "what to look at before, and four steps")
	require.Empty(t, steps[0].variables, "looking changes nothing")
	for _, step := range steps[1:] {
		require.Len(t, step.variables, 1, step.title)
		require.Equal(t, "terraform apply", step.commands[0], step.title)
	}
}
