package calibration

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/recording"
)

// lopsided is a recording of groups with three hosts in zone a and one in b, at rest from the beginning. After so many
// seconds a host is launched in b, and then one of a leaves; 0: never.
func lopsided(change func(*recording.Group), launches ...float64) recording.Recording {
	r := lasting(3)
	for i, after := range launches {
		name := string(rune('k' + i))
		g := recording.Group{Name: name, Zones: []string{"a", "b"}, Desired: []recording.Capacity{{At: began, Desired: 4}}}
		if change != nil {
			change(&g)
		}
		r.Groups = append(r.Groups, g)
		host := func(zone string, launched float64) *recording.Host {
			r.Hosts = append(r.Hosts, recording.Host{Group: name, Zone: zone, Launched: at(launched), InService: at(launched + 30)})
			return &r.Hosts[len(r.Hosts)-1]
		}
		for _, zone := range []string{"b", "a", "a"} {
			host(zone, -600)
		}
		host("a", -30) // the last one is in service as the recording begins
		if after > 0 {
			host("b", after)
			leaves := &r.Hosts[len(r.Hosts)-2]
			leaves.Leaving, leaves.Ended = at(after+60), at(after+90)
		}
	}
	return r
}

func TestZonesOutOfBalance(t *testing.T) {
	evenly := []float64{20, 80, 130, 170, 220, 250, 280, 290}
	slowly := []float64{600, 900, 1200, 1500, 1700, 1750, 1790, 1800}
	for name, c := range map[string]struct {
		recording recording.Recording
		knob      aws.Knobs
		want      Verdict
		suggested string
	}{
		"mended within five minutes":             {lopsided(nil, evenly...), aws.Defaults(), NotSeen, ``},
		"mended within half an hour":             {lopsided(nil, slowly...), aws.Defaults(), Contradicted, `"30m"`},
		"never mended":                           {lopsided(nil, make([]float64, 8)...), aws.Defaults(), Contradicted, ``},
		"mended, and never expected":             {lopsided(nil, evenly...), without(), Contradicted, `"4m50s"`},
		"never mended, as expected":              {lopsided(nil, make([]float64, 8)...), without(), NotSeen, ``},
		"a host in the fullest zone":             {fuller(lopsided(nil, slices.Concat(evenly, evenly, evenly)...)), without(), NotSeen, ``},
		"a host that is still to come":           {lopsided(func(g *recording.Group) { g.Desired[0].Desired = 5 }, slowly...), aws.Defaults(), NotSeen, ``},
		"suspended":                              {lopsided(func(g *recording.Group) { g.Suspended = []string{"AZRebalance"} }, slowly...), aws.Defaults(), NotSeen, ``},
		"protected by managed scaling":           {lopsided(func(g *recording.Group) { g.Provider = &recording.CapacityProvider{Protection: true} }, slowly...), aws.Defaults(), NotSeen, ``},
		"a zone from which EC2 gives nothing":    {lopsided(func(g *recording.Group) { g.LaunchFailures = []recording.LaunchFailure{{At: at(-60), Zone: "b"}} }, slowly...), aws.Defaults(), NotSeen, ``},
		"a host that was wanted, and no mending": {lopsided(func(g *recording.Group) { g.Desired = append(g.Desired, recording.Capacity{At: at(15), Desired: 5}) }, evenly...), without(), NotSeen, ``},
	} {
		f := of(t, "ec2.az_rebalance", Judge(c.recording, c.knob))
		assert.Equal(t, c.want, f.Verdict, "%s: %s", name, f.Why)
		if c.suggested != "" {
			assert.Equal(t, c.suggested, string(f.Suggested), name)
		}
	}
}

// fuller has every host that is launched in b after the beginning be in a.
func fuller(r recording.Recording) recording.Recording {
	for i := range r.Hosts {
		if r.Hosts[i].Launched.After(began) {
			r.Hosts[i].Zone = "a"
		}
	}
	return r
}

func without() aws.Knobs {
	k := aws.Defaults()
	k.EC2.AZRebalance = 0
	return k
}
