package calibration

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/recording"
)

// stepping is a recording of a group whose desired capacity falls, at the minutes given, in as many groups.
func stepping(groups int, provider *recording.CapacityProvider, told bool, steps ...[2]float64) recording.Recording {
	r := lasting(3)
	for i := range groups {
		g := recording.Group{Name: string(rune('a' + i)), Provider: provider}
		for _, s := range steps {
			g.Desired = append(g.Desired, recording.Capacity{At: minutes(s[0]), Desired: int(s[1]), Told: told})
		}
		r.Groups = append(r.Groups, g)
	}
	return r
}

// A step from 40 to 21 is the most that managed scaling takes, so more was to go.
func TestStepsTellOfThePauseBetweenThem(t *testing.T) {
	ecs := &recording.CapacityProvider{TargetCapacity: 90}
	most := [2]float64{10, 21}
	for name, c := range map[string]struct {
		recording recording.Recording
		seen      int
		want      Verdict
	}{
		"as soon as the pause is over":      {stepping(9, ecs, true, [2]float64{0, 40}, most, [2]float64{13, 11}), 9, Confirmed},
		"ten minutes after as much as goes": {stepping(9, ecs, true, [2]float64{0, 40}, most, [2]float64{20, 11}), 9, Contradicted},
		"ten minutes after less":            {stepping(9, ecs, true, [2]float64{0, 40}, [2]float64{10, 39}, [2]float64{20, 11}), 9, NotSeen},
		"a minute after":                    {stepping(9, ecs, true, [2]float64{0, 40}, [2]float64{10, 39}, [2]float64{11, 38}), 9, Contradicted},
		"a minute after, by looks":          {stepping(9, ecs, false, [2]float64{0, 40}, [2]float64{10, 39}, [2]float64{11, 38}), 9, NotSeen},
		"not scaled by ECS":                 {stepping(9, nil, true, [2]float64{0, 40}, most, [2]float64{20, 11}), 0, NotSeen},
		"up in between":                     {stepping(9, ecs, true, [2]float64{0, 40}, most, [2]float64{20, 30}), 0, NotSeen},
	} {
		f := of(t, "cloudwatch.managed_pause", Judge(c.recording, aws.Defaults()))
		assert.Equal(t, c.seen, f.Seen, name)
		assert.Equal(t, c.want, f.Verdict, "%s: %s", name, f.Why)
	}
}
