package ecsreader_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster"
)

// BenchmarkUnchangedHosts reads a hundred hosts that a warm process has read before, with the thirty attributes that an
// agent registers.
func BenchmarkUnchangedHosts(b *testing.B) {
	api := &fakeECS{calls: map[string]int{}}
	for n := range 100 {
		i := instance(n, "ACTIVE")
		for a := range 30 {
			i.Attributes = append(i.Attributes, types.Attribute{Name: aws.String(fmt.Sprint("ecs.capability.", a)), Value: aws.String(fmt.Sprint(n % 3))})
		}
		api.instances = append(api.instances, i)
	}
	r := reader(api, nil)
	_, err := r.ReadHosts(b.Context(), "web")
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		_, err := r.ReadHosts(b.Context(), "web")
		require.NoError(b, err)
	}
}

func TestHostsOfOneMakeShareAttributes(t *testing.T) {
	api := &fakeECS{}
	for n := range 3 {
		i := instance(n, "ACTIVE")
		i.Attributes = []types.Attribute{{Name: aws.String("ecs.instance-type"), Value: aws.String("m5.large")}, {Name: aws.String("ecs.capability.x")}}
		i.RemainingResources = []types.Resource{
			{Name: aws.String("PORTS"), Type: aws.String("STRINGSET"), StringSetValue: []string{"22"}},
			{Name: aws.String("PORTS_UDP"), Type: aws.String("STRINGSET"), StringSetValue: []string{"53"}},
		}
		api.instances = append(api.instances, i)
	}
	s, err := reader(api, nil).Read(t.Context(), "web")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"ecs.instance-type": "m5.large", "ecs.capability.x": ""}, s.Hosts[2].Attributes)
	assert.Equal(t, "m5.large", s.Hosts[0].Type())
	assert.Equal(t, []cluster.Port{{Number: 22}, {Number: 53, UDP: true}}, s.Hosts[0].Ports)
	s.Hosts[0].Attributes["probe"] = "shared"
	assert.Equal(t, "shared", s.Hosts[1].Attributes["probe"])
}

// AWS names no event for attributes that an operator puts on a host, so that its version may stay.
func TestAttributesPutOnHostAreSeen(t *testing.T) {
	api := &fakeECS{}
	for n := range 2 {
		i := instance(n, "ACTIVE")
		i.Version = 1
		i.Attributes = []types.Attribute{{Name: aws.String("a"), Value: aws.String("1")}, {Name: aws.String("b")}}
		if n == 1 {
			slices.Reverse(i.Attributes)
		}
		api.instances = append(api.instances, i)
	}
	r := reader(api, nil)
	s, err := r.Read(t.Context(), "web")
	require.NoError(t, err)
	s.Hosts[0].Attributes["probe"] = "shared"
	assert.Equal(t, "shared", s.Hosts[1].Attributes["probe"], "listed in another order")

	api.instances[0].Attributes = append(api.instances[0].Attributes, types.Attribute{Name: aws.String("stack"), Value: aws.String("blue")})
	s, err = r.Read(t.Context(), "web")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"a": "1", "b": "", "stack": "blue"}, s.Hosts[0].Attributes)
}
