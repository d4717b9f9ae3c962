package workload

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
)

// nobody scales nothing.
type nobody struct{}

func (nobody) Name() string                                 { return "nobody" }
func (nobody) Managed() bool                                { return false }
func (nobody) Prepare(*aws.GroupSpec, bool)                 {}
func (nobody) Install(*aws.World, *aws.Cluster, *aws.Group) {}
func (nobody) ScaleIn(*aws.Cluster, bool)                   {}
func (nobody) Activate(_ *aws.Cluster, _ *aws.Group)        {}
func line(at int, service string, n, cpu int) ServiceLine   { return revised(at, service, n, cpu, "1") }
func revised(at int, s string, n, cpu int, r string) ServiceLine {
	return ServiceLine{at, s, n, cpu, 512, r}
}

// follow builds a trace and says at each of the times, from the window's beginning, what its services want.
func wantedAt(t *testing.T, w Workload, times ...time.Duration) []string {
	t.Helper()
	world := aws.New(aws.Defaults())
	w.Build(Site{World: world, Policy: nobody{}})
	var told []string
	for _, at := range times {
		world.Run(world.Knobs.Start.Add(traceSettle + at))
		said := ""
		for _, s := range world.Clusters()[0].Services() {
			d := s.Deployments()[0].Definition
			said += fmt.Sprintf("%s:%d %d x %d CPU; ", d.Family, d.Revision, s.Desired, d.Resources.CPU)
		}
		told = append(told, said)
	}
	return told
}

func TestServicesWantWhatTheirTraceSays(t *testing.T) {
	w, notes, err := Services("f.csv", []ServiceLine{
		revised(0, "web", 4, 256, "a"), line(0, "mailer", 2, 512),
		revised(600, "web", 8, 256, "a"),
		revised(1200, "web", 8, 1024, "b"),
		line(1500, "late", 1, 128),
		revised(1800, "web", 3, 256, "a"), // back to the revision before
		line(1800, "mailer", 0, 512),
		line(3600, "web", 9, 1),
	}, Window{})
	require.NoError(t, err)
	assert.Empty(t, notes)
	assert.Equal(t, "A trace of what 3 services wanted, with 2 roll-outs.", w.Why)
	assert.Equal(t, traceSettle+time.Hour, w.Lasts)
	assert.Equal(t, []string{
		"mailer:1 2 x 512 CPU; web:1 4 x 256 CPU; ",
		"mailer:1 2 x 512 CPU; web:1 4 x 256 CPU; ",
		"mailer:1 2 x 512 CPU; web:1 8 x 256 CPU; ",
		"mailer:1 2 x 512 CPU; web:2 8 x 1024 CPU; ",
		"mailer:1 2 x 512 CPU; web:2 8 x 1024 CPU; late:1 1 x 128 CPU; ",
		"mailer:1 0 x 512 CPU; web:1 3 x 256 CPU; late:1 1 x 128 CPU; ",
		"mailer:1 0 x 512 CPU; web:1 3 x 256 CPU; late:1 1 x 128 CPU; ",
	}, wantedAt(t, w, -traceSettle, 599*time.Second, 600*time.Second, 1200*time.Second, 1500*time.Second, 1800*time.Second, 3600*time.Second))
}

func TestWindowOfServicesBeginsWithWhatHoldsThere(t *testing.T) {
	lines := []ServiceLine{
		line(1700000000, "web", 4, 256), revised(1700000060, "web", 5, 512, "2"), line(1700000060, "api", 1, 256),
		line(1700000300, "web", 6, 256), line(1700000900, "web", 7, 256),
	}
	w, _, err := Services("f.csv", lines, Window{})
	require.NoError(t, err)
	assert.Equal(t, traceSettle+15*time.Minute, w.Lasts, "from its first line on, not from 1970")

	w, _, err = Services("f.csv", lines, Window{1700000100, 1700000400})
	require.NoError(t, err)
	assert.Equal(t, "A trace of what 2 services wanted, with 1 roll-out.", w.Why)
	assert.Equal(t, []string{"api:1 1 x 256 CPU; web:1 5 x 512 CPU; ", "api:1 1 x 256 CPU; web:2 6 x 256 CPU; "},
		wantedAt(t, w, -traceSettle, 200*time.Second))
}

func TestServicesLargerThanAHostAreLeftOutAloud(t *testing.T) {
	lines := []ServiceLine{
		line(0, "web", 2, 4096), line(0, "etl", 2, 256), line(0, "big", 1, 5000), line(0, "was-big", 1, 9000), line(1, "was-big", 1, 1),
		line(60, "etl", 0, 4097), line(3600, "web", 1, 4096),
	}
	w, notes, err := Services("f.csv", lines, Window{10, 3600})
	require.NoError(t, err)
	assert.Equal(t, []string{"tasks of big, etl are larger than a host (m5.xlarge: 4096 CPU, 15400 MiB) and left out; they need up to 5000 CPU, 512 MiB"}, notes)
	assert.Equal(t, []string{"was-big:1 1 x 1 CPU; web:1 2 x 4096 CPU; "}, wantedAt(t, w, time.Minute))
}

func TestTraceOfServicesThatCannotBeRunIsRefused(t *testing.T) {
	_, _, err := Services("f.csv", []ServiceLine{line(60, "web", 1, 1), line(60, "api", 1, 1)}, Window{})
	require.EqualError(t, err, "f.csv: all lines are of t_s 60, so that it lasts no time; add a line for the time at which it ends")
	two := []ServiceLine{line(0, "web", 1, 9999), line(600, "api", 1, 1)}
	_, _, err = Services("f.csv", two, Window{})
	require.EqualError(t, err, "f.csv: nothing is left to run: tasks of web are larger than a host (m5.xlarge: 4096 CPU, 15400 MiB) and left out; they need up to 9999 CPU, 512 MiB; a trace runs on this type alone, a recording on the types of its cluster")
	_, _, err = Services("f.csv", []ServiceLine{line(60, "web", 1, 1), line(600, "web", 1, 1)}, Window{0, 60})
	require.EqualError(t, err, "f.csv: no service has a line in the window; choose another")
	_, _, err = Services("f.csv", two, Window{0, 601})
	require.EqualError(t, err, "f.csv: the window ends at second 601, and there is nothing after second 600; choose an end within it")
	_, _, err = Services("f.csv", []ServiceLine{line(0, "a", 5000, 4096), line(5, "b", 1, 256), line(9, "b", 1, 256)}, Window{})
	require.EqualError(t, err, "f.csv: it wants 5001 hosts at once (m5.xlarge), and ECS takes 5000 in a cluster; give a part of its services")
}

func TestHostsForServicesAreCountedOnceASecond(t *testing.T) {
	of := func(lines ...ServiceLine) (first, most int) {
		trace := serviceTrace{window: Window{From: 100, To: 200}, lines: map[string][]ServiceLine{}}
		for _, l := range lines {
			trace.lines[l.Service] = append(trace.lines[l.Service], l)
		}
		return trace.hosts()
	}
	first, most := of(line(0, "a", 2, 4096), line(100, "b", 1, 4096), line(150, "a", 0, 4096), line(150, "c", 2, 4096))
	assert.Equal(t, []int{3, 3}, []int{first, most}, "a goes in the second in which c comes")
	first, most = of(line(40, "a", 1, 4096), line(60, "b", 2, 4096))
	assert.Equal(t, []int{3, 3}, []int{first, most}, "what holds when the window begins")
	first, most = of(line(120, "a", 2, 4096))
	assert.Equal(t, []int{0, 2}, []int{first, most})
}
