package simulator

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/simulator/aws"
)

func TestFewestHosts(t *testing.T) {
	host := fleet{host: aws.Resources{CPU: 4096, Memory: 15400}, enis: 3}
	for name, c := range map[string]struct {
		tasks []wanted
		least int
		want  int
	}{
		"nothing is wanted":                        {nil, 0, 0},
		"nothing is wanted, MinSize remains":       {nil, 2, 2},
		"one small task":                           {[]wanted{{n: 1, size: aws.Resources{CPU: 1, Memory: 1}}}, 0, 1},
		"CPU fills two hosts exactly":              {[]wanted{{n: 8, size: aws.Resources{CPU: 1024, Memory: 1}}}, 0, 2},
		"one unit of CPU more":                     {[]wanted{{n: 8, size: aws.Resources{CPU: 1024}}, {n: 1, size: aws.Resources{CPU: 1}}}, 0, 3},
		"memory binds":                             {[]wanted{{n: 4, size: aws.Resources{CPU: 1, Memory: 7000}}}, 0, 2},
		"two of half a host share one":             {[]wanted{{n: 2, size: aws.Resources{CPU: 2048}}}, 0, 1},
		"two of a little over half do not":         {[]wanted{{n: 2, size: aws.Resources{CPU: 2049}}}, 0, 2},
		"large ones of two services add up":        {[]wanted{{n: 2, size: aws.Resources{CPU: 2049}}, {n: 3, size: aws.Resources{CPU: 2200}}}, 0, 5},
		"interfaces bind":                          {[]wanted{{n: 7, size: aws.Resources{CPU: 1}, interfaces: true}}, 0, 3},
		"tasks that may not share":                 {[]wanted{{n: 4, size: aws.Resources{CPU: 1}, apart: true}}, 0, 4},
		"MinSize is more":                          {[]wanted{{n: 8, size: aws.Resources{CPU: 1024}}}, 6, 6},
		"a task larger than a host is nobody's":    {[]wanted{{n: 9, size: aws.Resources{CPU: 4097}}}, 0, 0},
		"a daemon takes its share of each":         {[]wanted{{n: 4, size: aws.Resources{CPU: 1024}}, {size: aws.Resources{CPU: 1}, everywhere: true}}, 0, 2},
		"a task that fits only beside no daemon":   {[]wanted{{n: 1, size: aws.Resources{CPU: 4096}}, {size: aws.Resources{CPU: 1}, everywhere: true}}, 0, 0},
		"less than nothing wanted counts for none": {[]wanted{{n: -2, size: aws.Resources{CPU: 1024}}}, 0, 0},
		"GPU on a host without":                    {[]wanted{{n: 1, size: aws.Resources{GPU: 1}}}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			f := host
			f.least = c.least
			assert.Equal(t, c.want, fewest(c.tasks, f))
		})
	}
}
