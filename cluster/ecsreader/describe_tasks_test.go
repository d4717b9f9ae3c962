package ecsreader_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHostGoneBetweenCallsIsNoDoubt(t *testing.T) {
	api := &fakeECS{
		instances: []types.ContainerInstance{instance(1, "ACTIVE"), instance(2, "ACTIVE"), instance(3, "INACTIVE")},
		failures:  []types.Failure{{Arn: aws.String(arn(2)), Reason: aws.String("MISSING")}},
	}
	s, err := reader(api, nil).Read(t.Context(), "web")
	require.NoError(t, err)
	require.Len(t, s.Hosts, 1)
	assert.Equal(t, arn(1), s.Hosts[0].ARN)
	assert.Empty(t, s.Unread)
	assert.False(t, s.HostsUnread)
}

func TestHalfAnAnswerIsDoubt(t *testing.T) {
	api := &fakeECS{
		instances: []types.ContainerInstance{instance(1, "ACTIVE"), instance(2, "ACTIVE"), instance(3, "ACTIVE")},
		failures:  []types.Failure{{Arn: aws.String(arn(2))}, {Arn: aws.String(arn(3)), Reason: aws.String("ACCESS_DENIED")}},
	}
	s, err := reader(api, nil).Read(t.Context(), "web")
	require.NoError(t, err)
	assert.Equal(t, []string{
		"ECS did not describe host 00000000000000000000000000000003: ACCESS_DENIED",
		"ECS described only 1 of 3 hosts",
	}, s.Unread)
	assert.True(t, s.HostsUnread)
}
