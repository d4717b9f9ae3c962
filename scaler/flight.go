package scaler

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"ecs-cluster-scaler/cluster"
)

// joinsWithin is how long a host may take from its launch to its registration with ECS. Until then it counts as the
// host that it will be; past it, as nothing: a GPU host's image takes 5 to 7 minutes.
const joinsWithin = 10 * time.Minute

// inFlight counts the hosts that were launched less than joinsWithin ago and have not registered yet. When an instance
// was launched is not always known; then only a Pending one is taken for young.
func inFlight(s cluster.Snapshot, now time.Time) int {
	n := 0
	for _, i := range s.Unregistered() {
		if i.LaunchedAt.IsZero() && i.Phase == cluster.Pending || !i.LaunchedAt.IsZero() && now.Sub(i.LaunchedAt) < joinsWithin {
			n++
		}
	}
	return n
}

// arriving counts the instances that are on their way in: Pending ones however old, and those in flight.
func arriving(s cluster.Snapshot, now time.Time) int {
	n := len(s.Instances(cluster.Pending))
	for _, i := range s.Unregistered() {
		if i.Phase == cluster.InService && !i.LaunchedAt.IsZero() && now.Sub(i.LaunchedAt) < joinsWithin {
			n++
		}
	}
	return n
}

// notJoining says that new hosts do not join: two or more of the groups that follow the signal are late, and nothing
// has registered since the second youngest of them was launched. One dud, or two with a good one between, is no proof.
func notJoining(s cluster.Snapshot, now time.Time) string {
	ours := map[string]bool{}
	for _, g := range s.Followers() {
		for _, i := range g.Instances {
			ours[i.ID] = true
		}
	}
	var late []cluster.Instance
	for _, i := range s.Unregistered() {
		if ours[i.ID] && !i.LaunchedAt.IsZero() && now.Sub(i.LaunchedAt) >= joinsWithin {
			late = append(late, i)
		}
	}
	if len(late) < 2 {
		return ""
	}
	slices.SortFunc(late, func(a, b cluster.Instance) int {
		return cmp.Or(b.LaunchedAt.Compare(a.LaunchedAt), cmp.Compare(a.ID, b.ID))
	})
	for _, h := range s.Hosts {
		if h.RegisteredAt.After(late[1].LaunchedAt) {
			return ""
		}
	}
	ids := make([]string, len(late))
	for i := range late {
		ids[i] = late[i].ID
	}
	return fmt.Sprintf("%d instances were launched over %d minutes ago and have not joined (%s), and no other has since %s UTC; look at the image and the user data",
		len(late), int(joinsWithin.Minutes()), strings.Join(ids[:min(len(ids), 5)], ", "), late[1].LaunchedAt.UTC().Format("15:04"))
}
