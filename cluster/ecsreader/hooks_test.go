package ecsreader_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/stretchr/testify/assert"
)

func lifecycleHook(name, transition string, seconds int32) astypes.LifecycleHook {
	return astypes.LifecycleHook{
		LifecycleHookName: aws.String(name), LifecycleTransition: aws.String("autoscaling:EC2_INSTANCE_" + transition), HeartbeatTimeout: aws.Int32(seconds),
	}
}

func TestHooksAreKeptForAWhile(t *testing.T) {
	a, r := newLeaving()
	a.hooks = []astypes.LifecycleHook{lifecycleHook("a", "TERMINATING", 300), lifecycleHook("b", "TERMINATING", 600), lifecycleHook("a", "LAUNCHING", 60)}
	read := func(minute int, names ...string) map[string]time.Duration {
		found, err := r.Hooks(t.Context(), "blue", names, passAt.Add(time.Duration(minute)*time.Minute))
		assert.Equal(t, a.err, err)
		return found
	}
	assert.Equal(t, map[string]time.Duration{"a": 5 * time.Minute}, read(0, "a"))
	assert.Equal(t, map[string]time.Duration{"a": 5 * time.Minute}, read(14, "a"))
	assert.Len(t, a.asked, 1)
	assert.Len(t, read(14), 2, "no names: all")
	a.err = errors.New("throttled")
	assert.Equal(t, map[string]time.Duration{"a": 5 * time.Minute}, read(15, "a"), "an old timeout is better than none")

	a.err, a.asked = nil, nil
	assert.Empty(t, read(0, "c"))
	assert.Empty(t, read(1, "c"))
	assert.Len(t, a.asked, 2, "it may be added")
}
