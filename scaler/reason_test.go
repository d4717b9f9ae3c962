package scaler_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/scaler"
)

func TestEveryReasonHasOneSentence(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "reason.go", nil, 0)
	require.NoError(t, err)
	var declared []scaler.Reason
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Reason" {
				name, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
				require.NoError(t, err)
				declared = append(declared, scaler.Reason(name))
			}
		}
		return true
	})
	var told []scaler.Reason
	for _, m := range scaler.Meanings {
		told = append(told, m.Reason)
		assert.NotEmpty(t, m.Sentence, m.Reason)
	}
	assert.NotEmpty(t, declared)
	assert.Equal(t, declared, told)
}
