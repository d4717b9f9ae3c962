package drain_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/thresholds"
)

func TestWhichHookIsCompleted(t *testing.T) {
	type found map[string]time.Duration
	named := drain.Entry{Drain: thresholds.Drain{Hook: "a"}, There: true, Named: true}
	faulty := drain.Entry{Drain: thresholds.Drain{Hook: "a"}, There: true}
	unsure := drain.Entry{Drain: thresholds.Drain{Hook: "a"}, There: true, Unsure: true}
	for name, c := range map[string]struct {
		entry   drain.Entry
		allowed drain.Allowed
		found   found
		unread  bool
		asked   []string
		want    drain.Hook
	}{
		"the entry's":                                  {named, nil, found{"a": 9}, false, []string{"a"}, drain.Hook{Name: "a", Found: true, Timeout: 9}},
		"the entry's, which is not there":              {named, nil, found{}, false, []string{"a"}, drain.Hook{Name: "a"}},
		"the entry's, unread: AWS tells":               {named, nil, nil, true, []string{"a"}, drain.Hook{Name: "a", Found: true}},
		"one that may not be completed":                {named, drain.Allowed{"b"}, found{"b": 5}, false, []string{"a", "b"}, drain.Hook{Name: "a", Refused: true, Others: []string{"b"}, Timeout: 5}},
		"no valid entry: what may be completed":        {faulty, drain.Allowed{"b", "c"}, found{"c": 7}, false, []string{"b", "c"}, drain.Hook{Name: "c", Found: true, Timeout: 7}},
		"nobody names any: all are held":               {faulty, nil, found{"x": 8, "y": 3}, false, nil, drain.Hook{Name: "a", Others: []string{"x", "y"}, Timeout: 3}},
		"the built-in name is there":                   {faulty, nil, found{"a": 4, "x": 8}, false, nil, drain.Hook{Name: "a", Found: true, Timeout: 4}},
		"several may be it, and none could be read":    {faulty, drain.Allowed{"b", "c"}, nil, true, []string{"b", "c"}, drain.Hook{Name: "b", Unread: true, Others: []string{"c"}}},
		"unread, and so is the entry":                  {unsure, drain.Allowed{"a"}, nil, true, []string{"a"}, drain.Hook{Name: "a", Unread: true}},
		"an entry that could not be read ends nothing": {unsure, nil, found{"x": 6}, false, nil, drain.Hook{Name: "x", Found: true, Others: []string{}, Timeout: 6}},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.entry.HookAmong(c.allowed, c.found, c.unread)
			got.Others, c.want.Others = append([]string{}, got.Others...), append([]string{}, c.want.Others...)
			assert.Equal(t, c.want, got)
			assert.Equal(t, c.asked, c.entry.HookNames(c.allowed))
		})
	}
}

func TestUnreadHookIsHeldAsBefore(t *testing.T) {
	unread := drain.Hook{Name: "a", Unread: true, Others: []string{"b"}}
	assert.Equal(t, []string{"b", "c"}, unread.HeldAs([]string{"a", "b", "c"}).Others)
	assert.Empty(t, drain.Hook{Name: "a", Found: true}.HeldAs([]string{"a", "b"}).Others, "it was read")
}
