package recording_test

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"ecs-cluster-scaler/simulator/recording"
)

var from = time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)

// mark is in every name that is drawn, and in nothing else of a file.
const mark = "Qx"

// names draws different names, each with the mark.
func names(t *rapid.T, kind string, most int) []string {
	n := rapid.IntRange(1, most).Draw(t, kind)
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("%s%s-%s%d", rapid.StringMatching(`[A-Za-z]{0,3}`).Draw(t, kind), mark, kind, i))
	}
	return all
}

func times(t *rapid.T, n int) []time.Time {
	var all []time.Time
	at := from
	for range n {
		at = at.Add(time.Duration(rapid.IntRange(1, 4000).Draw(t, "seconds")) * time.Second)
		all = append(all, at)
	}
	return all
}

func drawSize(t *rapid.T) recording.Size {
	return recording.Size{
		CPU: rapid.IntRange(0, 4096).Draw(t, "cpu"), Memory: rapid.IntRange(4, 16384).Draw(t, "memory"),
		GPUs: rapid.IntRange(0, 2).Draw(t, "gpus"), Awsvpc: rapid.Bool().Draw(t, "awsvpc"),
		HostPorts: rapid.SliceOfN(rapid.IntRange(1, 65535), 0, 2).Draw(t, "ports"),
	}
}

// drawn is a recording in which every field may hold something, and every name has the mark.
func drawn(t *rapid.T) recording.Recording {
	zones, attributes, values := names(t, "zone", 4), names(t, "attribute", 2), names(t, "value", 2)
	pick := func(of []string) string { return rapid.SampledFrom(of).Draw(t, "pick") }
	attributed := func() map[string]string {
		return map[string]string{
			pick(attributes): pick(values), "ecs.availability-zone": pick(zones), "ecs.instance-type": "m5.xlarge",
			"ecs.subnet-id": pick(values), "ecs.os-type": "linux",
		}
	}
	r := recording.Recording{
		Version: recording.Version, Cluster: names(t, "cluster", 1)[0], Made: recording.Watched,
		From: from, To: from.Add(24 * time.Hour), Resolution: 60,
		Gaps:          []recording.Span{{From: from.Add(time.Hour), To: from.Add(2 * time.Hour)}},
		InstanceTypes: []recording.InstanceType{{Name: "m5.xlarge", CPU: 4096, Memory: 15400, AwsvpcTasks: 20}, {Name: "g4dn.xlarge", CPU: 4096, Memory: 15400, GPUs: 1}},
		Notes:         []string{"2 services are gone.", "The zone " + zones[0] + " was lost."},
		Services:      []recording.Service{}, StandaloneTasks: []recording.StandaloneTask{}, Hosts: []recording.Host{},
	}
	groups, providers := names(t, "group", 3), names(t, "provider", 3)
	for i, name := range groups {
		at := times(t, 2)
		r.Groups = append(r.Groups, recording.Group{
			Name: name, Types: []string{"m5.xlarge"}, Zones: zones, Spot: i > 0, Attributes: attributed(),
			Limits:         []recording.Limits{{At: at[0], Min: 0, Max: 4}, {At: at[1], Min: 1, Max: 9}},
			Desired:        []recording.Capacity{{At: at[0], Desired: 2, Told: true}},
			Suspended:      []string{"AZRebalance"},
			Hooks:          []recording.Hook{{Name: names(t, "hook", 1)[0], Heartbeat: 600}},
			Provider:       &recording.CapacityProvider{Name: pick(providers), TargetCapacity: 90},
			LaunchFailures: []recording.LaunchFailure{{At: at[1], Zone: pick(zones), NoCapacity: true}},
		})
	}
	hosts := names(t, "instance", 4)
	for _, name := range hosts {
		at := times(t, 5)
		r.Hosts = append(r.Hosts, recording.Host{
			Instance: name, Type: "m5.xlarge", Zone: pick(zones), Group: pick(groups),
			Launched: at[0], InService: at[1], Registered: at[1], Leaving: at[2], Cause: recording.ScaleIn, Draining: at[3], Ended: at[4],
			Disconnected: []recording.Span{{From: at[1], To: at[2]}},
		})
	}
	for _, name := range names(t, "service", 4) {
		revisions := names(t, "revision", 3)
		s := recording.Service{
			Name: name, MinHealthy: 100, Max: 200, Placement: []string{"spread:attribute:ecs.availability-zone", "spread:attribute:" + pick(attributes), "binpack:memory"},
			MemberOf: attributed(), CapacityProviders: []recording.ProviderShare{{Provider: pick(providers), Weight: 1}},
			Running: []recording.Running{{At: from, Running: 3}}, LoadBalanced: true,
		}
		for _, revision := range revisions {
			s.Revisions = append(s.Revisions, recording.Revision{Name: revision, Size: drawSize(t), StopTimeout: 30})
		}
		for _, at := range times(t, 3) {
			s.Desired = append(s.Desired, recording.Desired{At: at, Desired: rapid.IntRange(0, 50).Draw(t, "desired"), Revision: pick(revisions)})
		}
		r.Services = append(r.Services, s)
		r.Refusals = append(r.Refusals, recording.Refusal{At: from, Service: name, Lacks: recording.LacksMemory})
		r.ServiceTasks = append(r.ServiceTasks, recording.ServiceTask{Service: name, Revision: pick(revisions), Host: pick(hosts), Created: from, Placed: from, Cause: recording.StoppedByDrain})
	}
	for _, at := range times(t, 3) {
		r.StandaloneTasks = append(r.StandaloneTasks, recording.StandaloneTask{
			Size: drawSize(t), Group: names(t, "tasks", 1)[0], Placed: at, Host: pick(hosts),
		})
	}
	return r
}
