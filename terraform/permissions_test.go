package terraform_test

import (
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/drain/drainer"
	"ecs-cluster-scaler/scaler/publisher"
)

// What others do in a function's name, so that no client of ours calls it.
var called = map[string]string{
	"kms:Decrypt":          "SSM decrypts entries of type SecureString",
	"logs:CreateLogStream": "Lambda writes the log",
	"logs:PutLogEvents":    "Lambda writes the log",
	"sqs:SendMessage":      "Lambda keeps what the drainer failed on",
}

// The IAM prefix of each client's actions.
var prefixes = map[string]string{"SSM": "ssm", "ECS": "ecs", "AutoScaling": "autoscaling", "CloudWatch": "cloudwatch"}

func TestEachFunctionMayDoWhatItCallsAndNothingElse(t *testing.T) {
	documents := policyDocuments(t)
	for name, clients := range map[string]reflect.Type{
		"publisher": reflect.TypeFor[publisher.Clients](),
		"drainer":   reflect.TypeFor[drainer.Clients](),
	} {
		t.Run(name, func(t *testing.T) {
			allowed := slices.Concat(documents["shared"], documents[name])
			slices.Sort(allowed)
			assert.Equal(t, slices.Compact(slices.Clone(allowed)), allowed, "an action is allowed twice")
			allowed = slices.DeleteFunc(allowed, func(action string) bool { return called[action] != "" })
			assert.Equal(t, callsOf(t, clients), allowed, "terraform/permissions.tf and the interfaces of %s.Clients differ", name)
		})
	}
}

func TestWhatOthersDoInAFunctionsNameIsAllowed(t *testing.T) {
	documents := policyDocuments(t)
	all := slices.Concat(slices.Collect(maps.Values(documents))...)
	for action, why := range called {
		assert.Contains(t, all, action, "%s: %s", action, why)
	}
	assert.NotContains(t, documents["publisher"], "sqs:SendMessage", "the publisher keeps no failures")
}

// policyDocuments are the actions of every policy document of the functions, in the words of IAM.
func policyDocuments(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("permissions.tf")
	require.NoError(t, err)
	text = regexp.MustCompile(`(?m)^\s*#.*$`).ReplaceAll(text, nil)
	documents := map[string][]string{}
	// terraform fmt, which lint checks, ends a block with a brace in the first column.
	for _, block := range regexp.MustCompile(`(?s)\ndata "aws_iam_policy_document" "(\w+)" \{\n(.*?)\n\}\n`).FindAllSubmatch(text, -1) {
		name := string(block[1])
		documents[name] = []string{}
		for _, actions := range regexp.MustCompile(`(?s)\bactions\s*=\s*\[(.*?)\]`).FindAllSubmatch(block[2], -1) {
			for _, action := range regexp.MustCompile(`"([^"]*)"`).FindAllSubmatch(actions[1], -1) {
				documents[name] = append(documents[name], string(action[1]))
			}
		}
	}
	require.ElementsMatch(t, []string{"lambda_trust", "shared", "publisher", "drainer"}, slices.Collect(maps.Keys(documents)))
	for _, name := range []string{"publisher", "drainer"} {
		assert.Regexp(t, `(?s)data "aws_iam_policy_document" "`+name+`" \{[^}]*source_policy_documents = \[data\.aws_iam_policy_document\.shared\.json\]`, string(text))
	}
	return documents
}

func callsOf(t *testing.T, clients reflect.Type) []string {
	t.Helper()
	var calls []string
	for field := range clients.Fields() {
		prefix, known := prefixes[field.Name]
		require.True(t, known, "which actions of IAM does the client %s need?", field.Name)
		require.Equal(t, reflect.Interface, field.Type.Kind(), field.Name)
		for method := range field.Type.Methods() {
			calls = append(calls, prefix+":"+method.Name)
		}
	}
	slices.Sort(calls)
	return slices.Compact(calls)
}
