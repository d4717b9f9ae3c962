package report

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"ecs-cluster-scaler/simulator"
)

// toldScenes are scenes in which policies took so many hours and left so many late task-minutes, by scene.
func toldScenes(policies []string, hours, late [][]float64) []Comparison {
	var scenes []Comparison
	for i := range hours {
		c := Comparison{Workload: "diurnal"}
		for j, policy := range policies {
			c.Runs = append(c.Runs, simulator.Result{Policy: policy, Measures: simulator.Measures{InstanceHours: hours[i][j], UnplacedLateTaskSeconds: 60 * late[i][j]}})
		}
		scenes = append(scenes, c)
	}
	return scenes
}

func TestAHeadlineIsTheVerdictOverAllScenes(t *testing.T) {
	policies := []string{"gap", "alarms-75", "managed-100"}
	scenes := toldScenes(policies, [][]float64{{300, 380, 310}, {100, 70, 90}}, [][]float64{{0, 0, 22.5}, {1, 1200, 7.5}})
	assert.Equal(t, "ecs-cluster-scaler takes 11 % fewer hours than “two alarm pairs, 75 %” and as many hours as “ECS managed scaling, target 100”, with 1 late task-minutes against 1,200 and 30", headline(scenes))

	for i := range scenes {
		for j := range scenes[i].Runs {
			scenes[i].Runs[j].Measures.Cost = &simulator.Cost{Total: scenes[i].Runs[j].Measures.InstanceHours + float64(j*20)}
		}
	}
	assert.Contains(t, headline(scenes), "ecs-cluster-scaler costs 18 % less than “two alarm pairs, 75 %” and 17 % less than")

	turned := toldScenes([]string{"managed-90", "gap"}, [][]float64{{120, 100}}, [][]float64{{0, 5}})
	assert.Equal(t, "ECS managed scaling, target 90 takes 20 % more hours than “ours”, with 0 late task-minutes against 5", headline(turned))
	assert.Equal(t, "diurnal under ours", headline(toldScenes([]string{"gap"}, [][]float64{{1}}, [][]float64{{0}})))
}

func TestAPageOfTwoScenesHasEachOnce(t *testing.T) {
	first, second := madeUp(300, "gap", "managed-90"), madeUp(400, "gap", "managed-90")
	second.Workload = "az-outage"
	var page bytes.Buffer
	require.NoError(t, Page(&page, first, second))
	balanced(t, page.String())
	root := parsed(t, page.String())
	ids := map[string]bool{}
	scenes, radios := 0, map[string]int{}
	walk(root, func(n *html.Node) {
		if id := attr(n, "id"); id != "" {
			assert.False(t, ids[id], "two elements are called "+id)
			ids[id] = true
		}
		if attr(n, "data-scene") != "" {
			scenes++
		}
		if attr(n, "type") == "radio" {
			radios[attr(n, "name")]++
		}
	})
	assert.Equal(t, 2, scenes)
	assert.Equal(t, map[string]int{"policy0": 2, "policy1": 2}, radios, "a choice of a scene leaves the other alone")
	var data struct{ Scenes []readScene }
	require.NoError(t, json.Unmarshal([]byte(elements(root, "script")[0].FirstChild.Data), &data))
	require.Len(t, data.Scenes, 2)
	assert.Len(t, data.Scenes[1].Steps.column(), 399)
}

func TestALongHistoryIsNotShown(t *testing.T) {
	c := madeUp(30*60, "gap")
	c.Settle = 26 * time.Hour
	data := dataIn(t, pageOf(t, c))
	assert.Len(t, data.Steps.column(), 5*60-1, "an hour of it, and what is measured")
	assert.Len(t, c.Runs[0].Series, 30*60, "the result is left as it is")
	c.Settle = 2 * time.Hour
	data = dataIn(t, pageOf(t, c))
	assert.Len(t, data.Steps.column(), 30*60-1)
}

func TestTheBriefSaysWhoWaitedAndWhatItCost(t *testing.T) {
	c := madeUp(300, "gap", "alarms-75")
	b := briefOf(c.Runs)
	assert.Equal(t, []string{"", "late task-minutes", "placement wait p99", "instance-hours", "× the fewest", "tasks ended by scaling in", "below floor by scaling"}, b.Head)
	require.Len(t, b.Lines, 2)
	assert.Equal(t, "two alarm pairs, 75 %", b.Lines[1][0])
	assert.Equal(t, "3", b.Lines[1][5])
	c.Runs[0].Measures.Cost, c.Runs[1].Measures.Cost = &simulator.Cost{Total: 12.5}, &simulator.Cost{Total: 9}
	assert.Equal(t, "$12.50", briefOf(c.Runs).Lines[0][5])
}
