package aws

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFileTurnsTheKnobsThatItNames(t *testing.T) {
	k, err := ParseKnobs([]byte("\ufeff" + `{
		"ecs.back_off": "1m", "ec2.boot": {"median": "40s", "p95": "1m"}, "ecs.blink": {"max": "3s", "min": "200ms"},
		"ecs.providers_in_turn": true, "ecs.tasks_per_minute": 100, "faults.throttled": 0.25
	}` + "\r\n"))
	require.NoError(t, err)
	want := Defaults()
	want.ECS.BackOff = time.Minute
	want.EC2.Boot = LogNormal{40 * time.Second, time.Minute}
	want.ECS.Blink = Uniform{200 * time.Millisecond, 3 * time.Second}
	want.ECS.ProvidersInTurn, want.ECS.TasksPerMinute, want.Faults.Throttled = true, 100, 0.25
	assert.Equal(t, want, k)
}

func TestFaultyKnobsAreAnsweredWithWhatToDo(t *testing.T) {
	const object = `; it must be a JSON object such as {"ecs.back_off": "1m"}`
	for text, want := range map[string]string{
		``:                               "line 1: it ends too early" + object,
		"{\n\"ecs.loop\": \"15s\"":       "line 2: it ends too early" + object,
		"{\n\"ecs.loop\": \"15s\",\n}":   "line 3: invalid character '}' looking for beginning of object key string" + object,
		`[]`:                             `line 1: it begins with "["` + object,
		"t_s,value\n0,1\n":               `line 1: it begins with "t"` + object,
		`{} {}`:                          "line 1: something follows the object" + object,
		`{"ecs.loop": 15}`:               `ecs.loop is 15; it must be a duration in quotes, such as "90s" or "5m"`,
		`{"ecs.loop": "15"}`:             `ecs.loop is "15"; it must be a duration, such as "90s" or "5m"`,
		`{"ecs.loop": null}`:             `ecs.loop is null; it must be a duration, such as "90s" or "5m"`,
		`{"ecs.loop": "999ms"}`:          `ecs.loop is "999ms"; it must be from "1s" to "1h"`,
		`{"ecs.loop": "1h1ms"}`:          `ecs.loop is "1h1ms"; it must be from "1s" to "1h"`,
		`{"ec2.az_rebalance": "1ns"}`:    `ec2.az_rebalance is "1ns"; it must be in whole milliseconds`,
		`{"ec2.boot": "5s"}`:             `ec2.boot is "5s"; it must be two durations, such as {"median": "5s", "p95": "40s"}`,
		`{"ec2.running": {"min": "5s"}}`: `ec2.running is {"min": "5s"}; it must be two durations, such as {"min": "5s", "max": "40s"}`,
		`{"ec2.running": {"min": "5s", "max": "6s", "mean": "5s"}}`:     `ec2.running is {"min": "5s", "max": "6s", "mean": "5s"}; it must be two durations, such as {"min": "5s", "max": "40s"}`,
		`{"ec2.running": {"min": "-5s", "max": "6s"}}`:                  `ec2.running min is "-5s"; it must be from "0s" to "1h"`,
		`{"ec2.running": {"min": "5s", "max": 6}}`:                      `ec2.running max is 6; it must be a duration in quotes, such as "90s" or "5m"`,
		`{"ec2.running": {"min": "7s", "max": "6s"}}`:                   `ec2.running has min "7s", which is more than max "6s"; swap them`,
		`{"ecs.providers_in_turn": 1}`:                                  "ecs.providers_in_turn is 1; it must be true or false",
		`{"ecs.tasks_per_minute": 1.5}`:                                 "ecs.tasks_per_minute is 1.5; it must be a whole number from 0 to 1000000",
		`{"ecs.refusals_to_back_off": 0}`:                               "ecs.refusals_to_back_off is 0; it must be a whole number from 1 to 1000",
		`{"faults.throttled": 1.01}`:                                    "faults.throttled is 1.01; it must be a number from 0 to 1",
		`{"services.kind": "30s"}`:                                      `services.kind is "30s"; it must be "60s", "20s" or "immediate"`,
		`{"faults.throttled": "1"}`:                                     `faults.throttled is "1"; it must be a number from 0 to 1`,
		`{"ec2.failures_per_month": 1e999}`:                             "ec2.failures_per_month is 1e999; it must be a number from 0 to 1000",
		`{"ecs.loop": "15s", "ecs.loop": "16s"}`:                        "ecs.loop stands twice; keep one of them",
		`{"ecs.backoff": "1m"}`:                                         `there is no knob "ecs.backoff"; this one is called ecs.back_off`,
		`{"BackOff": "1m"}`:                                             `there is no knob "BackOff"; this one is called ecs.back_off`,
		`{"ecs": {"loop": "1m"}}`:                                       `there is no knob "ecs"; write each whole name, such as ecs.loop`,
		`{"seed": 1}`:                                                   `there is no knob "seed"; simulate --list-knobs names all`,
		`{"magic": 1, "ecs.loop": 1, "ecs.restart": "1m", "x.y": true}`: `there is no knob "magic"; simulate --list-knobs names all; ecs.loop is 1; it must be a duration in quotes, such as "90s" or "5m"; there is no knob "x.y"; simulate --list-knobs names all`,
	} {
		_, err := ParseKnobs([]byte(text))
		assert.EqualError(t, err, want, text)
	}
}
