package ecsreader_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster/ecsreader"
)

func TestProtectionOfTasks(t *testing.T) {
	a, r := newLeaving()
	a.protected = []types.ProtectedTask{{TaskArn: aws.String("1"), ProtectionEnabled: true, ExpirationDate: &passAt}, {TaskArn: aws.String("2")}}
	a.refusals = []types.Failure{{Arn: aws.String("3"), Reason: aws.String("TASK_NOT_VALID")}, {Arn: aws.String("4"), Reason: aws.String("INTERNAL")}}
	read, err := r.Protection(t.Context(), "web", []string{"1", "2", "3", "4"}, passAt)
	require.NoError(t, err)
	assert.Equal(t, map[string]ecsreader.Protection{"1": {Protected: true, Until: passAt}, "2": {}, "3": {}}, read, "of 4 nothing is known")

	var many []string
	for n := range 101 {
		many = append(many, fmt.Sprint(n))
	}
	a.asked = nil
	_, err = r.Protection(t.Context(), "web", many, passAt)
	require.NoError(t, err)
	assert.Len(t, a.asked, 2, "a hundred a call")

	assert.False(t, r.ProtectionRefused("web", passAt))
	a.err = errors.New("denied")
	_, err = r.Protection(t.Context(), "web", []string{"1"}, passAt)
	require.Error(t, err)
	assert.True(t, r.ProtectionRefused("web", passAt.Add(14*time.Minute)))
	assert.False(t, r.ProtectionRefused("web", passAt.Add(15*time.Minute)))
	assert.False(t, r.ProtectionRefused("api", passAt))
}
