package terraform_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/lab/function"
	"ecs-cluster-scaler/internal/lab/moto"
	"ecs-cluster-scaler/internal/lab/seed"
)

// The story of one stack, from its first apply to its end: examples/complete on moto, with the functions that it deploys.
// The steps share the stack and cannot be run apart.
func TestCompleteExample(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	for _, chapter := range []struct {
		name string
		tell func(*testing.T)
	}{
		{"apply", s.apply},
		{"hosts boot", s.hostsBoot},
		{"no input replaces a group", s.noInputReplacesAGroup},
		{"publish, scale in, drain, complete", s.scaleIn},
		{"a second plan is empty, whatever the scaler did", s.configuration.requireNoChange},
		{"colours are switched by the runbook", s.switchColours},
		{"an update in place, and a colour removed", s.updateAndRemove},
		{"the stack stands as it is written", s.configuration.requireNoChange},
		{"destroy leaves nothing, with drains under way", s.destroy},
	} {
		if !t.Run(chapter.name, chapter.tell) {
			t.FailNow()
		}
	}
}

type stack struct {
	moto          *moto.Server
	configuration *configuration
	groups        *autoscaling.Client
	ecs           *ecs.Client
	cli           string

	publisher, drainer *appliedFunction
	hosts              map[string]seed.SeededHost // by EC2 id
}

func newStack(t *testing.T) *stack {
	t.Helper()
	require.NoError(t, os.Unsetenv("AWS_CA_BUNDLE"))
	server, err := moto.Start(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Close(); _ = function.RemoveBuilds() })
	cli, err := function.CLI(t.Context())
	require.NoError(t, err)
	s := &stack{
		moto: server, configuration: newConfiguration(t, server, "complete", nil), cli: cli, hosts: map[string]seed.SeededHost{},
		groups: autoscaling.NewFromConfig(server.Config()), ecs: ecs.NewFromConfig(server.Config()),
	}
	zip, architecture := processor()
	for _, name := range []string{"publisher", "drainer"} {
		builds := exec.CommandContext(t.Context(), "make", "-s", "-C", "..", "dist/"+name+"_linux_"+zip+".zip")
		said, err := builds.CombinedOutput()
		require.NoError(t, err, "%s", said)
	}
	packages, err := filepath.Abs("../dist")
	require.NoError(t, err)
	s.configuration.set(t, map[string]string{
		"packages": strconv.Quote(packages), "architecture": strconv.Quote(architecture),
		"subnet_ids":         hcl(s.ec2(t, "DescribeSubnets", `<subnetId>(.+?)</subnetId>`)),
		"security_group_ids": hcl(s.ec2(t, "DescribeSecurityGroups", `<groupId>(.+?)</groupId>`)[:1]),
	})
	return s
}

func hcl(list []string) string {
	text, _ := json.Marshal(list)
	return string(text)
}

func (s *stack) ec2(t *testing.T, action, pattern string) []string {
	t.Helper()
	answer, err := s.moto.EC2(t.Context(), url.Values{"Action": {action}})
	require.NoError(t, err)
	var found []string
	for _, match := range regexp.MustCompile(pattern).FindAllSubmatch(answer, -1) {
		found = append(found, string(match[1]))
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// --- chapters -----------------------------------------------------------------------------------------------------------------

func (s *stack) apply(t *testing.T) {
	t.Helper()
	s.configuration.apply(t)

	blue := s.group(t, "web", "blue")
	assert.Len(t, blue.Instances, 2, "the active colour has its min_size")
	assert.Empty(t, s.group(t, "web", "green").Instances)
	assert.Equal(t, "true", tagOf(blue, seed.ActiveTag))
	assert.Equal(t, []string{"blue"}, s.colours(t, "render"))
	for _, colour := range []string{"blue", "green"} {
		assert.Equal(t, "/ecs-cluster-scaler", tagOf(s.group(t, "web", colour), "ecs-cluster-scaler:config-path"), "no other stack acts on it")
	}
	s.publisher, s.drainer = s.start(t, "publisher"), s.start(t, "drainer")
}

// hostsBoot runs the user data of each launch template as a host would, with another root.
func (s *stack) hostsBoot(t *testing.T) {
	t.Helper()
	answer, err := s.moto.EC2(t.Context(), url.Values{"Action": {"DescribeLaunchTemplateVersions"}, "LaunchTemplateVersion.1": {"$Latest"}})
	require.NoError(t, err)
	booted := map[string]string{}
	for _, encoded := range regexp.MustCompile(`<userData>(.+?)</userData>`).FindAllSubmatch(answer, -1) {
		script, err := base64.StdEncoding.DecodeString(string(encoded[1]))
		require.NoError(t, err)
		config, docker := boot(t, string(script), `{"runtimes": {"nvidia": {}}}`)
		cluster, _, _ := strings.Cut(strings.SplitN(config, "ECS_CLUSTER=", 2)[1], "\n")
		booted[cluster] = config
		assert.JSONEq(t, `{"runtimes": {"nvidia": {}}, "log-driver": "json-file", "log-opts": {"max-size": "50m", "max-file": "3"}}`, docker)
	}
	require.Contains(t, booted, "web")
	require.Contains(t, booted, "render")
	assert.Contains(t, booted["web"], "OLD=1\n", "what the image brings stays")
	assert.Contains(t, booted["web"], "\nECS_ENABLE_SPOT_INSTANCE_DRAINING=true\n")
	assert.NotContains(t, booted["web"], "GPU")
	assert.Contains(t, booted["render"], "\nECS_ENABLE_GPU_SUPPORT=true\n")
	// Linux has 7714 MiB of the 8192; the entry says 7526.
	assert.Contains(t, booted["web"], "\nECS_RESERVED_MEMORY=188\n", "what the entry says is what the host registers")
	assert.Contains(t, booted["render"], "\nECS_RESERVED_MEMORY=0\n", "a host with less than promised keeps what it has")
	assert.Contains(t, s.entry(t, "web"), `"memory":7526`)
}

func boot(t *testing.T, script, image string) (config, docker string) {
	t.Helper()
	root := t.TempDir()
	write := func(path, text string) {
		require.NoError(t, os.MkdirAll(filepath.Join(root, filepath.Dir(path)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(root, path), []byte(text), 0o700))
	}
	write("proc/meminfo", "MemTotal:        7900000 kB\nMemFree:         1 kB\n")
	write("etc/ecs/ecs.config", "OLD=1\n")
	write("etc/docker/daemon.json", image)
	write("bin/systemctl", "#!/bin/sh\necho \"$@\" >"+root+"/systemctl\n")
	cmd := exec.CommandContext(t.Context(), "bash", "-c", strings.NewReplacer("/proc/", root+"/proc/", "/etc/", root+"/etc/").Replace(script))
	cmd.Env = append(os.Environ(), "PATH="+root+"/bin:"+os.Getenv("PATH"))
	said, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", said)
	read := func(path string) string {
		text, err := os.ReadFile(filepath.Join(root, path))
		require.NoError(t, err)
		return string(text)
	}
	assert.Equal(t, "restart docker\n", read("systemctl"))
	return read("etc/ecs/ecs.config"), read("etc/docker/daemon.json")
}

func TestDockerStillStartsWhereTheImageHasALogDriverOfItsOwn(t *testing.T) {
	template, err := os.ReadFile("modules/capacity/host.sh.tftpl")
	require.NoError(t, err)
	script := strings.ReplaceAll(string(template), "${memory}", "7526")
	script = regexp.MustCompile(`(?s)%\{ for .*?%\{ endfor ~\}`).ReplaceAllString(script, "ECS_CLUSTER=web")
	for image, want := range map[string]string{
		`{"log-driver": "journald"}`:                                      `{"log-driver": "journald"}`,
		`{"log-driver": "awslogs", "log-opts": {"awslogs-group": "web"}}`: `{"log-driver": "awslogs", "log-opts": {"awslogs-group": "web"}}`,
		`{"log-opts": {"max-file": "9"}}`:                                 `{"log-driver": "json-file", "log-opts": {"max-size": "50m", "max-file": "9"}}`,
	} {
		_, docker := boot(t, script, image)
		assert.JSONEq(t, want, docker)
	}
}

// noInputReplacesAGroup changes every input of modules/capacity, and the hook besides.
func (s *stack) noInputReplacesAGroup(t *testing.T) {
	t.Helper()
	inputs := map[string]string{
		"cluster_name":           `"other"`,
		"drainer_arn":            `"arn:aws:lambda:eu-west-1:123456789012:function:other"`,
		"entry_name":             `"/other/clusters/other"`,
		"config_path":            `"/other"`,
		"subnet_ids":             `concat(reverse(var.subnet_ids), ["subnet-0"])`,
		"security_group_ids":     `["sg-0"]`,
		"colours":                `{ blue = { instance_types = ["m7i.xlarge"], image = "amd64", image_parameter = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id", memory = 9000, awsvpc_tasks = 9, spot_percent = 0, on_demand_base = 0, volume_gb = 99 }, green = { instance_types = ["g5.xlarge"], image = "gpu" } }`,
		"active":                 `"green"`,
		"incoming":               `{ colour = "blue", size = 3 }`,
		"min_size":               `3`,
		"max_size":               `30`,
		"drain_deadline_minutes": `600`,
		"agent_settings":         `{ ECS_LOGLEVEL = "debug" }`,
		"tags":                   `{ team = "other" }`,
	}
	text, err := os.ReadFile("modules/capacity/variables.tf")
	require.NoError(t, err)
	for _, name := range regexp.MustCompile(`(?m)^variable "(\w+)"`).FindAllSubmatch(text, -1) {
		require.Contains(t, inputs, string(name[1]), "an input that is not tried here")
	}
	var override strings.Builder
	override.WriteString("module \"web_hosts\" {\n")
	for name, value := range inputs {
		override.WriteString("  " + name + " = " + value + "\n")
	}
	override.WriteString("}\n")
	module := filepath.Join(s.configuration.folder, "..", "..", "modules", "capacity", "main.tf")
	written, err := os.ReadFile(module)
	require.NoError(t, err)
	rehooked := strings.NewReplacer("heartbeat_timeout = 1800", "heartbeat_timeout = 600", `"ecs-cluster-scaler-drain"`, `"another"`).Replace(string(written))
	require.NotEqual(t, string(written), rehooked)
	require.NoError(t, os.WriteFile(module, []byte(rehooked), 0o600))
	defer func() { require.NoError(t, os.WriteFile(module, written, 0o600)) }()

	updated := 0
	for _, change := range s.configuration.plannedWith(t, override.String()) {
		if change.Type != "aws_autoscaling_group" {
			continue
		}
		assert.NotContains(t, change.Change.Actions, "delete", "%s is replaced, because of %s", change.Address, change.Change.ReplacePaths)
		if slices.Equal(change.Change.Actions, []string{"update"}) {
			updated++
		}
	}
	assert.Equal(t, 2, updated, "both groups of web change in place; that of render, whose hook alone changed, does not")
}

// scaleIn is one turn of the wheel, by the functions, schedules, alarms and policies that the stack has.
func (s *stack) scaleIn(t *testing.T) {
	t.Helper()
	group := s.group(t, "web", "blue")
	_, err := s.groups.SetDesiredCapacity(t.Context(), &autoscaling.SetDesiredCapacityInput{
		AutoScalingGroupName: group.AutoScalingGroupName, DesiredCapacity: aws.Int32(3),
	})
	require.NoError(t, err)
	api := []seed.Task{{Service: "api", CPU: 512, Memory: 1024}}
	s.register(t, "web", "blue", seed.Host{Tasks: api}, seed.Host{Tasks: api}, seed.Host{Tasks: api})

	var answer struct {
		Clusters []struct {
			Cluster string
			Signal  float64
			Reasons []string
		}
	}
	minute := s.publisher.ticks(t, 2, &answer) // a process's first pass removes nothing
	require.Len(t, answer.Clusters, 2)
	signal, found, err := moto.Metric(t.Context(), s.moto, s.publisher.env["METRIC_NAMESPACE"], "ScalingSignal", "web", minute)
	require.NoError(t, err)
	require.True(t, found, "the metric has the dimension that the alarm looks at")
	require.InDelta(t, -1, signal, 0, "%+v", answer)

	s.fireAlarm(t, "web", "CapacityChange", "LessThanOrEqualToThreshold", signal) // one host of three: half of them
	leaving := s.open(t)
	require.Len(t, leaving, 1)
	events, err := s.moto.LifecycleEvents(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "drain", s.drainer.step(t, events[0], leaving[0]))
	s.moveTasks(t, "web", leaving, s.staying(t, group, leaving))
	s.tickUntilNothingDrains(t)
	assert.Len(t, s.group(t, "web", "blue").Instances, 2)
	s.deregister(t, "web", leaving)
}

func (s *stack) switchColours(t *testing.T) {
	t.Helper()
	require.NoError(t, s.moto.ResetCalls(t.Context()))
	steps := runbook(t)
	played := map[string]func(*testing.T){
		"Step 1": func(t *testing.T) {
			t.Helper()
			assert.Contains(t, s.entry(t, "web"), `"scale_in":false`)
			assert.Contains(t, s.explained(t, "web"), "scale_in_off")
		},
		"Step 2": func(t *testing.T) {
			t.Helper()
			require.Len(t, s.group(t, "web", "green").Instances, 2)
			require.Len(t, s.group(t, "web", "blue").Instances, 2)
			assert.Empty(t, tagOf(s.group(t, "web", "green"), seed.ActiveTag))
			s.register(t, "web", "green", seed.Host{}, seed.Host{})
		},
		"Step 3": s.turned,
		"Step 4": func(t *testing.T) {
			t.Helper()
			assert.Contains(t, s.entry(t, "web"), `"scale_in":true`)
		},
	}
	for _, step := range steps {
		s.configuration.set(t, step.variables)
		for _, command := range step.commands {
			s.carryOut(t, command)
			if command != "terraform apply" {
				continue
			}
			for begin, play := range played {
				if strings.HasPrefix(step.title, begin) {
					play(t)
				}
			}
		}
	}
	assert.Equal(t, 2, s.count(t, "ssm.PutParameter"), "steps 1 and 4 write the entry, the others do not")
	s.requireHooksStay(t)
}

// turned is after step 3: blue drains by its hook, green follows the signal.
func (s *stack) turned(t *testing.T) {
	t.Helper()
	blue, green := s.group(t, "web", "blue"), s.group(t, "web", "green")
	assert.Equal(t, "true", tagOf(green, seed.ActiveTag))
	assert.Empty(t, tagOf(blue, seed.ActiveTag))
	assert.Equal(t, "web", tagOf(blue, seed.ClusterTag), "the publisher still sees it drain")
	assert.EqualValues(t, 0, aws.ToInt32(blue.DesiredCapacity))
	assert.EqualValues(t, 2, aws.ToInt32(green.DesiredCapacity))
	turnedTo := 0
	for _, policy := range s.policies(t) {
		if strings.HasPrefix(aws.ToString(policy.PolicyName), "ecs-cluster-scaler/web/") {
			assert.Equal(t, aws.ToString(green.AutoScalingGroupName), aws.ToString(policy.AutoScalingGroupName))
			turnedTo++
		}
	}
	assert.Equal(t, 4, turnedTo, "out, two of out_by_size, in_by_size")
	leaving := s.open(t)
	require.Len(t, leaving, 2, "every host of blue waits for its hook")
	s.letTimePass(t)
	s.drainer.tick(t, nil)
	s.drainer.tick(t, nil)
	require.Len(t, s.open(t), 2, "none ends under its tasks")
	var staying []string
	for _, instance := range green.Instances {
		staying = append(staying, aws.ToString(instance.InstanceId))
	}
	s.moveTasks(t, "web", leaving, staying)
	s.tickUntilNothingDrains(t)
	s.deregister(t, "web", leaving)
}

func (s *stack) updateAndRemove(t *testing.T) {
	t.Helper()
	require.NoError(t, s.moto.ResetCalls(t.Context()))
	blue, before := aws.ToString(s.group(t, "web", "blue").AutoScalingGroupName), s.group(t, "web", "green")
	s.configuration.set(t, map[string]string{
		"web_colours": `{ green = { instance_types = ["m7g.large", "m6g.large", "m6gd.large"], spot_percent = 25, volume_gb = 50 } }`,
	})
	said := string(s.configuration.apply(t))

	after := s.group(t, "web", "green")
	assert.Equal(t, aws.ToString(before.AutoScalingGroupARN), aws.ToString(after.AutoScalingGroupARN))
	assert.Equal(t, ids(before), ids(after), "hosts that run stay")
	assert.NotEqual(t, version(before), version(after), "further ones start from a new version of the template")
	assert.NotContains(t, said, `aws_autoscaling_group.hosts["green"]: Destr`)
	assert.Equal(t, []string{"green"}, s.colours(t, "web"))
	s.requireHooksStay(t)
	s.requireEmptiedThenDeleted(t, blue)
}

// destroy begins with a host on which a task runs, one that never joined, and nowhere to go.
func (s *stack) destroy(t *testing.T) {
	t.Helper()
	render := s.group(t, "render", "blue")
	_, err := s.groups.SetDesiredCapacity(t.Context(), &autoscaling.SetDesiredCapacityInput{
		AutoScalingGroupName: render.AutoScalingGroupName, DesiredCapacity: aws.Int32(1),
	})
	require.NoError(t, err)
	names := []string{aws.ToString(render.AutoScalingGroupName), aws.ToString(s.group(t, "web", "green").AutoScalingGroupName)}
	require.NoError(t, s.moto.ResetCalls(t.Context()))

	ended := make(chan string, 1)
	go func() {
		said, exit, err := s.configuration.run(t.Context(), "destroy", "-auto-approve", "-no-color")
		if exit == 0 && err == nil {
			said = nil
		}
		ended <- string(said)
	}()
	s.drainUntil(t, ended)

	said := s.configuration.mustRun(t, "state", "list")
	assert.Empty(t, strings.TrimSpace(string(said)))
	groups, err := s.groups.DescribeAutoScalingGroups(t.Context(), &autoscaling.DescribeAutoScalingGroupsInput{})
	require.NoError(t, err)
	assert.Empty(t, groups.AutoScalingGroups)
	parameters, err := ssm.NewFromConfig(s.moto.Config()).GetParametersByPath(t.Context(), &ssm.GetParametersByPathInput{Path: aws.String("/ecs-cluster-scaler"), Recursive: aws.Bool(true)})
	require.NoError(t, err)
	assert.Empty(t, parameters.Parameters)
	alarms, err := cloudwatch.NewFromConfig(s.moto.Config()).DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{})
	require.NoError(t, err)
	assert.Empty(t, alarms.MetricAlarms)
	assert.Empty(t, s.ec2(t, "DescribeLaunchTemplates", `<launchTemplateId>(.+?)</launchTemplateId>`))

	s.requireHooksStay(t)
	log := s.log(t)
	for _, name := range names {
		last := s.requireEmptiedThenDeleted(t, name)
		cluster, _, _ := strings.Cut(name, "-")
		entry := slices.Index(log, "ssm.DeleteParameter /ecs-cluster-scaler/clusters/"+cluster)
		assert.Greater(t, entry, last, "the entry is deleted after its hosts: what it says of their drains held to the end")
		for i, call := range log {
			if strings.Contains(call, "DELETE") && strings.Contains(call, "drainer") || strings.HasPrefix(call, "events.RemoveTargets") {
				assert.Greater(t, i, last, "%s while hosts of %s still drained", call, name)
			}
		}
	}
}

// --- what happens on AWS by itself ---------------------------------------------------------------------------------------------

// drainUntil plays the minutes of a destroy: a tick as long as there is a schedule to start it, and time that passes for hosts.
func (s *stack) drainUntil(t *testing.T, ended <-chan string) {
	t.Helper()
	beat := time.NewTicker(200 * time.Millisecond)
	defer beat.Stop()
	completed := map[string]bool{}
	for {
		select {
		case said := <-ended:
			require.Empty(t, said)
			require.Len(t, completed, 3, "each host went through its hook")
			return
		case <-beat.C:
		}
		open := s.open(t)
		if len(open) == 0 {
			continue
		}
		for _, instance := range open {
			completed[instance] = true
		}
		s.letTimePass(t)
		require.True(t, s.drainer.scheduled(t), "hosts drain and nobody completes them: %v", open)
		s.drainer.tick(t, nil)
		gone := slices.DeleteFunc(open, func(instance string) bool { return slices.Contains(s.open(t), instance) })
		for _, instance := range gone {
			if _, ok := s.hosts[instance]; ok {
				s.deregister(t, "web", []string{instance})
			}
		}
	}
}

// tickUntilNothingDrains is the next minutes; some steps want to see a thing twice.
func (s *stack) tickUntilNothingDrains(t *testing.T) {
	t.Helper()
	var answer any
	for range 5 {
		s.letTimePass(t)
		s.drainer.tick(t, &answer)
		if len(s.open(t)) == 0 {
			return
		}
	}
	require.Fail(t, "hosts on which nothing runs do not go", "%v", answer)
}

// letTimePass makes every open termination five minutes old: a tick from the future would be dropped.
func (s *stack) letTimePass(t *testing.T) {
	t.Helper()
	for _, instance := range s.open(t) {
		require.NoError(t, s.moto.SetInstance(t.Context(), instance, moto.InstanceChange{TerminatingAt: aws.Time(time.Now().Add(-5 * time.Minute))}))
	}
}

// fireAlarm is CloudWatch's part: it finds the alarm, and starts what the alarm names.
func (s *stack) fireAlarm(t *testing.T, cluster, metric, comparison string, value float64) {
	t.Helper()
	alarms, err := cloudwatch.NewFromConfig(s.moto.Config()).DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{})
	require.NoError(t, err)
	for _, alarm := range alarms.MetricAlarms {
		if aws.ToString(alarm.MetricName) != metric || string(alarm.ComparisonOperator) != comparison || len(alarm.Dimensions) != 1 || aws.ToString(alarm.Dimensions[0].Value) != cluster {
			continue
		}
		require.Equal(t, s.publisher.env["METRIC_NAMESPACE"], aws.ToString(alarm.Namespace))
		require.Len(t, alarm.AlarmActions, 1)
		_, err := s.groups.ExecutePolicy(t.Context(), &autoscaling.ExecutePolicyInput{
			PolicyName: aws.String(alarm.AlarmActions[0]), MetricValue: aws.Float64(value), BreachThreshold: alarm.Threshold,
		})
		require.NoError(t, err)
		return
	}
	require.Fail(t, "no such alarm")
}

// register is the agents' part: each instance of the group that ECS does not know yet joins as what the entry says.
func (s *stack) register(t *testing.T, cluster, colour string, hosts ...seed.Host) {
	t.Helper()
	var entry struct{ Instance struct{ CPU, Memory int } }
	require.NoError(t, json.Unmarshal([]byte(s.entry(t, cluster)), &entry))
	require.NotZero(t, entry.Instance.Memory)
	for i := range hosts {
		hosts[i].CPU, hosts[i].Memory, hosts[i].InstanceType = entry.Instance.CPU, entry.Instance.Memory, "m7g.large"
	}
	group := s.group(t, cluster, colour)
	made, err := seed.Populate(t.Context(), s.moto, seed.Cluster{Name: cluster, Hosts: hosts}, aws.ToString(group.AutoScalingGroupName), ids(group))
	require.NoError(t, err)
	for _, host := range made.Hosts {
		s.hosts[host.Instance] = host
	}
}

// staying is who stays of a group.
func (s *stack) staying(t *testing.T, group astypes.AutoScalingGroup, leaving []string) []string {
	t.Helper()
	found := s.group(t, "web", tagColour(group))
	return slices.DeleteFunc(ids(found), func(id string) bool { return slices.Contains(leaving, id) })
}

// moveTasks is ECS's part: what ran on hosts that leave runs on the others.
func (s *stack) moveTasks(t *testing.T, cluster string, leaving, staying []string) {
	t.Helper()
	for _, instance := range leaving {
		for i, task := range s.hosts[instance].Tasks {
			found, err := s.ecs.DescribeTasks(t.Context(), &ecs.DescribeTasksInput{Cluster: &cluster, Tasks: []string{task}})
			require.NoError(t, err)
			_, err = s.ecs.StopTask(t.Context(), &ecs.StopTaskInput{Cluster: &cluster, Task: aws.String(task)})
			require.NoError(t, err)
			host := s.hosts[staying[i%len(staying)]]
			started, err := s.ecs.StartTask(t.Context(), &ecs.StartTaskInput{
				Cluster: &cluster, TaskDefinition: found.Tasks[0].TaskDefinitionArn, Group: found.Tasks[0].Group, ContainerInstances: []string{host.ARN},
			})
			require.NoError(t, err)
			require.Len(t, started.Tasks, 1)
			host.Tasks = append(host.Tasks, aws.ToString(started.Tasks[0].TaskArn))
			s.hosts[host.Instance] = host
		}
	}
}

// deregister is what ECS does when an instance is gone.
func (s *stack) deregister(t *testing.T, cluster string, gone []string) {
	t.Helper()
	for _, instance := range gone {
		_, err := s.ecs.DeregisterContainerInstance(t.Context(), &ecs.DeregisterContainerInstanceInput{
			Cluster: &cluster, ContainerInstance: aws.String(s.hosts[instance].ARN), Force: aws.Bool(true),
		})
		require.NoError(t, err)
		delete(s.hosts, instance)
	}
}

// --- what there is -------------------------------------------------------------------------------------------------------------

// group is the one of the cluster whose name Terraform made of the colour.
func (s *stack) group(t *testing.T, cluster, colour string) astypes.AutoScalingGroup {
	t.Helper()
	found, err := s.groups.DescribeAutoScalingGroups(t.Context(), &autoscaling.DescribeAutoScalingGroupsInput{})
	require.NoError(t, err)
	for _, group := range found.AutoScalingGroups {
		if strings.HasPrefix(aws.ToString(group.AutoScalingGroupName), cluster+"-"+colour+"-") {
			return group
		}
	}
	require.Fail(t, "no group", "%s %s", cluster, colour)
	return astypes.AutoScalingGroup{}
}

func (s *stack) colours(t *testing.T, cluster string) []string {
	t.Helper()
	found, err := s.groups.DescribeAutoScalingGroups(t.Context(), &autoscaling.DescribeAutoScalingGroupsInput{})
	require.NoError(t, err)
	var colours []string
	for _, group := range found.AutoScalingGroups {
		if tagOf(group, seed.ClusterTag) == cluster {
			colours = append(colours, tagColour(group))
		}
	}
	slices.Sort(colours)
	return colours
}

func tagColour(group astypes.AutoScalingGroup) string {
	return strings.Split(aws.ToString(group.AutoScalingGroupName), "-")[1]
}

func tagOf(group astypes.AutoScalingGroup, key string) string {
	for _, tag := range group.Tags {
		if aws.ToString(tag.Key) == key {
			return aws.ToString(tag.Value)
		}
	}
	return ""
}

func ids(group astypes.AutoScalingGroup) []string {
	var found []string
	for _, instance := range group.Instances {
		if instance.LifecycleState == astypes.LifecycleStateInService {
			found = append(found, aws.ToString(instance.InstanceId))
		}
	}
	return found
}

func version(group astypes.AutoScalingGroup) string {
	return aws.ToString(group.MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.Version)
}

func (s *stack) policies(t *testing.T) []astypes.ScalingPolicy {
	t.Helper()
	found, err := s.groups.DescribePolicies(t.Context(), &autoscaling.DescribePoliciesInput{})
	require.NoError(t, err)
	require.NotEmpty(t, found.ScalingPolicies)
	return found.ScalingPolicies
}

func (s *stack) entry(t *testing.T, cluster string) string {
	t.Helper()
	found, err := ssm.NewFromConfig(s.moto.Config()).GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("/ecs-cluster-scaler/clusters/" + cluster)})
	require.NoError(t, err)
	return aws.ToString(found.Parameter.Value)
}

// open are the instances that wait for a hook.
func (s *stack) open(t *testing.T) []string {
	t.Helper()
	actions, err := s.moto.LifecycleActions(t.Context())
	require.NoError(t, err)
	var open []string
	for _, action := range actions {
		if action.Result == "" {
			open = append(open, action.Instance)
		}
	}
	return open
}

// log is every call since the last reset, groups' calls with the group's name, parameters' with theirs.
func (s *stack) log(t *testing.T) []string {
	t.Helper()
	calls, err := s.moto.CallLog(t.Context())
	require.NoError(t, err)
	var log []string
	for _, call := range calls {
		of := call.Fields["AutoScalingGroupName"]
		if strings.HasPrefix(call.Action, "ssm.") {
			of = call.Fields["Name"]
		}
		log = append(log, strings.TrimSpace(call.Action+" "+of))
	}
	return log
}

func (s *stack) count(t *testing.T, action string) int {
	t.Helper()
	calls, err := s.moto.Calls(t.Context())
	require.NoError(t, err)
	return calls[action]
}

func (s *stack) requireHooksStay(t *testing.T) {
	t.Helper()
	for _, call := range s.log(t) {
		require.NotContains(t, call, "DeleteLifecycleHook", "a group without its hook loses its hosts under their tasks")
		require.NotContains(t, call, "PutLifecycleHook", "the hook is made with the group")
	}
}

// requireEmptiedThenDeleted is the order in which a group is deleted; the answer is where in the log it ends.
func (s *stack) requireEmptiedThenDeleted(t *testing.T, group string) int {
	t.Helper()
	log := s.log(t)
	emptied, deleted := slices.Index(log, "autoscaling.UpdateAutoScalingGroup "+group), slices.Index(log, "autoscaling.DeleteAutoScalingGroup "+group)
	require.GreaterOrEqual(t, emptied, 0)
	require.Greater(t, deleted, emptied)
	for i, call := range log {
		if call == "autoscaling.CompleteLifecycleAction "+group {
			assert.True(t, emptied < i && i < deleted, "hosts leave while the group stands")
		}
	}
	return deleted
}

// carryOut runs a command of the runbook.
func (s *stack) carryOut(t *testing.T, command string) {
	t.Helper()
	switch command {
	case "terraform apply":
		s.configuration.apply(t)
		return
	case "terraform plan":
		s.configuration.requireNoChange(t)
		return
	}
	words := strings.Fields(command)
	require.Equal(t, "clusterscaler", words[0], "a command that this test does not know")
	s.run(t, words[1:]...)
}

func (s *stack) run(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), s.cli, args...)
	cmd.Env = append(os.Environ(), s.moto.Env()...)
	said, err := cmd.CombinedOutput()
	require.NoError(t, err, "clusterscaler %v: %s", args, said)
	return string(said)
}

func (s *stack) explained(t *testing.T, cluster string) string {
	t.Helper()
	return s.run(t, "explain", "--output", "json", cluster)
}

// --- the functions, as the stack has them --------------------------------------------------------------------------------------

// function is an applied Lambda function: the binary of the zip that was uploaded, with the environment that it was given. Each
// invocation is a process of its own, which remembers nothing: time passes in jumps here, and a process would not see them.
type appliedFunction struct {
	name     string
	moto     *moto.Server
	env      map[string]string
	binary   string
	memoryMB int
}

func (s *stack) start(t *testing.T, name string) *appliedFunction {
	t.Helper()
	f := &appliedFunction{name: "ecs-cluster-scaler-" + name, moto: s.moto}
	answer, err := s.moto.Signed(t.Context(), "lambda", "GET", "/2015-03-31/functions/"+f.name+"/configuration", nil, "")
	require.NoError(t, err)
	var applied struct {
		Handler     string
		CodeSha256  string
		MemorySize  int
		Environment struct{ Variables map[string]string }
	}
	require.NoError(t, json.Unmarshal(answer, &applied))
	require.Equal(t, "bootstrap", applied.Handler)
	zip, _ := processor()
	built, err := os.ReadFile("../dist/" + name + "_linux_" + zip + ".zip")
	require.NoError(t, err)
	sum := sha256.Sum256(built)
	require.Equal(t, base64.StdEncoding.EncodeToString(sum[:]), applied.CodeSha256, "what runs here is what was uploaded")
	f.env, f.memoryMB = applied.Environment.Variables, applied.MemorySize
	f.binary, err = function.Bootstrap(t.Context(), name)
	require.NoError(t, err)
	return f
}

// tick starts the function with what the schedule has as its input, as Scheduler fills it in.
func (f *appliedFunction) tick(t *testing.T, answer any) time.Time {
	t.Helper()
	return f.ticks(t, 1, answer)
}

// ticks are so many of one process, of this minute and those that follow. Minute and answer are the last one's.
func (f *appliedFunction) ticks(t *testing.T, times int, answer any) time.Time {
	t.Helper()
	schedule, err := f.schedule(t.Context())
	require.NoError(t, err)
	minute := time.Now().UTC().Truncate(time.Minute)
	var events [][]byte
	for range times {
		events = append(events, []byte(strings.ReplaceAll(schedule, "<aws.scheduler.scheduled-time>", minute.Format(time.RFC3339))))
		minute = minute.Add(time.Minute)
	}
	minute = minute.Add(-time.Minute)
	payload := f.invoke(t, events...)
	require.NotContains(t, string(payload), "dropped")
	if answer != nil {
		require.NoError(t, json.Unmarshal(payload, answer))
	}
	return minute
}

func (f *appliedFunction) invoke(t *testing.T, events ...[]byte) []byte {
	t.Helper()
	env := f.moto.Env()
	for name, value := range f.env {
		env = append(env, name+"="+value)
	}
	process, err := function.Start(t.Context(), f.binary, env, function.Named(f.name), function.MemoryMB(f.memoryMB))
	require.NoError(t, err)
	defer func() { _ = process.Close() }()
	var result function.Result
	for _, event := range events {
		result, err = process.Invoke(t.Context(), event)
		require.NoError(t, err)
		require.Empty(t, result.ErrorMessage, "%s", result.Logs)
	}
	return result.Payload
}

// step is what the drainer did with an instance on an event.
func (f *appliedFunction) step(t *testing.T, event []byte, instance string) string {
	t.Helper()
	var answer struct {
		Instances []struct{ Instance, Step string }
	}
	require.NoError(t, json.Unmarshal(f.invoke(t, event), &answer))
	require.Len(t, answer.Instances, 1)
	require.Equal(t, instance, answer.Instances[0].Instance)
	return answer.Instances[0].Step
}

func (f *appliedFunction) schedule(ctx context.Context) (string, error) {
	answer, err := f.moto.Signed(ctx, "scheduler", "GET", "/schedules/"+f.name, nil, "")
	if err != nil {
		return "", err
	}
	var schedule struct{ Target struct{ Input string } }
	err = json.Unmarshal(answer, &schedule)
	return schedule.Target.Input, err
}

func (f *appliedFunction) scheduled(t *testing.T) bool {
	t.Helper()
	_, err := f.schedule(t.Context())
	return err == nil
}
