package aws

import (
	"slices"
	"strconv"
	"strings"
)

// query reads a statement of the cluster query language
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html): subject, operator and
// argument, joined with and (&&) and with or (||), without parentheses and without not.
func query(text string) (func(*Host) bool, error) {
	if strings.TrimSpace(text) == "" {
		return func(*Host) bool { return true }, nil
	}
	var ways [][]condition
	for way := range strings.SplitSeq(strings.ReplaceAll(text, " or ", "||"), "||") {
		var all []condition
		for term := range strings.SplitSeq(strings.ReplaceAll(way, " and ", "&&"), "&&") {
			c, err := conditionOf(strings.TrimSpace(term))
			if err != nil {
				return nil, err
			}
			all = append(all, c)
		}
		ways = append(ways, all)
	}
	return func(h *Host) bool {
		return slices.ContainsFunc(ways, func(all []condition) bool {
			return !slices.ContainsFunc(all, func(c condition) bool { return !c.holds(h) })
		})
	}, nil
}

// condition is one term: a subject's value among some, or not.
type condition struct {
	subject string
	values  []string
	not     bool
}

func conditionOf(term string) (condition, error) {
	for _, operator := range []string{"!=", "==", " not_equals ", " equals ", " !in ", " not_in ", " in "} {
		subject, argument, found := strings.Cut(term, operator)
		if !found {
			continue
		}
		c := condition{subject: strings.TrimSpace(subject), not: strings.ContainsAny(operator, "!") || strings.HasPrefix(operator, " not")}
		argument = strings.Trim(strings.TrimSpace(argument), "[]")
		for value := range strings.SplitSeq(argument, ",") {
			c.values = append(c.values, strings.Trim(strings.TrimSpace(value), `"'`))
		}
		if known := slices.Contains(subjects, c.subject) || strings.HasPrefix(c.subject, "attribute:"); known {
			return c, nil
		}
	}
	return condition{}, invalidParameter("Invalid filter expression: " + term)
}

// subjects are what a term may begin with, beside attribute:<name>; those of tasks and of versions are not simulated.
var subjects = []string{"agentConnected", "ec2InstanceId", "registeredAt", "runningTasksCount"}

func (c condition) holds(h *Host) bool {
	var value string
	switch c.subject {
	case "agentConnected":
		value = strconv.FormatBool(h.Connected)
	case "ec2InstanceId":
		value = h.Instance.ID
	case "registeredAt":
		value = h.Registered.Format("2006-01-02T15:04:05Z")
	case "runningTasksCount":
		value = strconv.Itoa(h.running)
	default:
		value = h.Attributes[strings.TrimPrefix(c.subject, "attribute:")]
	}
	return slices.Contains(c.values, value) != c.not
}
