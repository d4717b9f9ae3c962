package workload

import (
	"time"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/recording"
)

// there are the hosts of the replay that stand for those of the window's beginning, by their instances: of the same group
// and type, and of the same zone as far as there are. Where tasks are decides which hosts become empty, and so what
// managed scaling can remove.
func (p *replay) there(hosts []*aws.Host) map[string]*aws.Host {
	stands := map[string]*aws.Host{}
	taken := map[*aws.Host]bool{}
	for _, sameZone := range []bool{true, false} {
		for _, recorded := range p.recording.Hosts {
			if stands[recorded.Instance] != nil || !p.stood(recorded) {
				continue
			}
			for _, h := range hosts {
				i := h.Instance
				if !taken[h] && i.Group.Spec.Name == recorded.Group && i.Type.Name == recorded.Type && (!sameZone || i.Zone == recorded.Zone) {
					stands[recorded.Instance], taken[h] = h, true
					break
				}
			}
		}
	}
	return stands
}

// stood says whether a host took tasks when the window began.
func (p *replay) stood(h recording.Host) bool {
	for _, gone := range []time.Time{h.Leaving, h.Draining, h.Ended} {
		if !gone.IsZero() && !gone.After(p.from) {
			return false
		}
	}
	return !h.Registered.IsZero() && !h.Registered.After(p.from)
}

// begin starts a service's tasks where they were when the window began, as far as that is recorded.
func (p *replay) begin(f *recordedService, there map[string]*aws.Host) {
	for _, t := range p.recording.ServiceTasks {
		host := there[t.Host]
		if t.Service == f.recorded.Name && t.Revision == f.now.Revision && host != nil && p.ran(t) {
			f.service.StartOn(host)
		}
	}
}

// ran says whether a task had its host when the window began.
func (p *replay) ran(t recording.ServiceTask) bool {
	from, to := hosted(t)
	return !from.After(p.from) && (to.IsZero() || to.After(p.from))
}
