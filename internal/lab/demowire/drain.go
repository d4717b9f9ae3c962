package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"ecs-cluster-scaler/internal/lab/function"
	"ecs-cluster-scaler/internal/lab/moto"
	"ecs-cluster-scaler/internal/lab/seed"
)

// drainDemo drains two hosts that hold both copies of one service with the released drainer. The scheduler's part, which
// moto has not, is played here and told.
type drainDemo struct {
	moto      *moto.Server
	bootstrap string
	say       func(string, ...any)
	hosts     []seed.SeededHost
}

func demoDrain(ctx context.Context, server *moto.Server, say func(string, ...any)) error {
	if err := server.Reset(ctx); err != nil {
		return err
	}
	d := drainDemo{moto: server, say: say}
	copyOf := []seed.Task{{Service: "web", CPU: 256, Memory: 512}}
	world, err := seed.Clusters(ctx, server, seed.Cluster{
		Name: "shop", Entry: `{}`, Group: &seed.Group{Name: "shop-blue"},
		Services: []seed.Service{{Name: "web", Desired: 2, CPU: 256, Memory: 512, MinimumHealthyPercent: aws.Int32(50)}},
		Hosts: []seed.Host{
			{CPU: 2048, Memory: 7680, Terminating: true, Tasks: copyOf},
			{CPU: 2048, Memory: 7680, Terminating: true, Tasks: copyOf}, {CPU: 2048, Memory: 7680},
		},
	})
	if err != nil {
		return err
	}
	d.hosts = world.Clusters["shop"].Hosts
	if d.bootstrap, err = function.Bootstrap(ctx, "drainer"); err != nil {
		return err
	}
	say("\nthe drainer, as released: group shop-blue scales in two of three hosts at once, which hold both copies of service web (floor: 1 of 2); each tick is a new process, which remembers nothing")
	return d.play(ctx)
}

// play is the story, minute by minute.
func (d drainDemo) play(ctx context.Context) error {
	for _, act := range []struct {
		minute int
		told   string
		does   func(context.Context) error
	}{
		{0, "the hook holds both hosts", nil},
		{1, "ECS stops the first copy; its load balancer takes its time", d.stopping(0, "DEACTIVATING")},
		{3, "the copy has stopped; running counts and default task lists have been empty for two minutes", d.stopping(0, "STOPPED")},
		{4, "ECS starts a copy on the third host", d.replace},
		{5, "ECS stops the second copy", d.stopping(1, "STOPPED")},
		{6, "both hosts are gone", nil},
	} {
		if act.does != nil {
			if err := act.does(ctx); err != nil {
				return err
			}
		}
		d.say("minute %d: %s", act.minute, act.told)
		if err := d.tick(ctx, act.minute); err != nil {
			return err
		}
	}
	return nil
}

func (d drainDemo) tick(ctx context.Context, minute int) error {
	bounded, cancel := context.WithTimeout(ctx, 50*time.Second)
	defer cancel()
	// The tick's time must be near the present: so it is the terminations that grow older.
	now := time.Now().UTC().Truncate(time.Minute)
	began := now.Add(-time.Duration(minute) * time.Minute)
	for _, h := range d.hosts[:2] {
		if err := d.moto.SetInstance(ctx, h.Instance, moto.InstanceChange{TerminatingAt: &began}); err != nil && minute < 5 {
			return err
		}
	}
	event := fmt.Sprintf(`{"time": %q}`, now.Format(time.RFC3339))
	process, err := function.Start(ctx, d.bootstrap, d.moto.Env())
	if err != nil {
		return err
	}
	defer process.Close() //nolint:errcheck // it ends with this process in any case
	result, err := process.Invoke(bounded, []byte(event))
	if err != nil {
		return err
	}
	if result.ErrorMessage != "" {
		return fmt.Errorf("the drainer failed: %s", result.ErrorMessage)
	}
	var answer struct {
		Instances []struct{ Instance, Step, Reason, Detail string }
	}
	if err := json.Unmarshal(result.Payload, &answer); err != nil {
		return fmt.Errorf("read the drainer's answer: %w", err)
	}
	for n, h := range d.hosts {
		for _, i := range answer.Instances {
			if i.Instance == h.Instance {
				d.say("  host %d: %-10s %-20s %s", n+1, i.Step, i.Reason, i.Detail)
			}
		}
	}
	return nil
}

func (d drainDemo) stopping(host int, status string) func(context.Context) error {
	return func(ctx context.Context) error {
		now := time.Now()
		change := moto.TaskChange{DesiredStatus: aws.String("STOPPED"), LastStatus: aws.String(status), StoppingAt: aws.Time(now)}
		if status == "STOPPED" {
			change.StoppedAt = aws.Time(now)
		}
		if err := d.moto.SetTask(ctx, "shop", d.hosts[host].Tasks[0], change); err != nil {
			return err
		}
		return d.moto.SetService(ctx, "shop", "web", moto.ServiceChange{Running: aws.Int(1)})
	}
}

// replace starts the copy that ECS would.
func (d drainDemo) replace(ctx context.Context) error {
	client := ecs.NewFromConfig(d.moto.Config())
	described, err := client.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: aws.String("shop"), Services: []string{"web"}})
	if err != nil {
		return fmt.Errorf("find the service's task definition: %w", err)
	}
	_, err = client.StartTask(ctx, &ecs.StartTaskInput{
		Cluster: aws.String("shop"), TaskDefinition: described.Services[0].TaskDefinition,
		ContainerInstances: []string{d.hosts[2].ARN}, Group: aws.String("service:web"), StartedBy: aws.String("ecs-svc/1"),
	})
	if err != nil {
		return fmt.Errorf("start a copy: %w", err)
	}
	return d.moto.SetService(ctx, "shop", "web", moto.ServiceChange{Running: aws.Int(2)})
}
