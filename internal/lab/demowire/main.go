// Command demowire shows the whole way on real parts: it starts moto on loopback, makes a handful of differently loaded
// clusters, runs the released publisher as Lambda would, reads the metrics back, and leaves nothing running.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"ecs-cluster-scaler/internal/lab/function"
	"ecs-cluster-scaler/internal/lab/moto"
	"ecs-cluster-scaler/internal/lab/seed"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := demo(ctx, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo-wire:", err)
		os.Exit(1)
	}
}

// clusters are the situations that the demonstration shows.
var clusters = []seed.Cluster{
	{Name: "hot-on-cpu", Entry: `{}`, Hosts: loaded(4, 1600, 2000)},
	{Name: "hot-on-memory", Entry: `{}`, Hosts: loaded(4, 400, 6400)},
	{Name: "busy", Entry: `{}`, Hosts: loaded(4, 1200, 4000)},
	{Name: "idle", Entry: `{}`, Hosts: loaded(4, 300, 1000)},
	{Name: "idle-but-only-two", Entry: `{}`, Hosts: loaded(2, 900, 1000)},
	{Name: "idle-and-kept", Entry: `{"min_instances": 4}`, Hosts: loaded(4, 300, 1000)},
	{Name: "fragmented", Entry: `{}`, Hosts: loaded(3, 256, 3000), Services: []seed.Service{{Name: "wide", Desired: 1, CPU: 2000, Memory: 1000}}},
	{Name: "idle-but-pinned", Entry: `{}`, Hosts: loaded(3, 256, 1000), Services: []seed.Service{{Name: "web", Desired: 3, CPU: 256, Memory: 1000,
		Constraints: []types.PlacementConstraint{{Type: types.PlacementConstraintTypeDistinctInstance}}}}},
	{Name: "empty", Entry: `{}`},
	{Name: "from-zero", Entry: `{"instance": {"cpu": 2048, "memory": 7680}}`, Services: []seed.Service{{Name: "web", Desired: 14, CPU: 1000, Memory: 500}}},
	{Name: "mistyped", Entry: `{"cpu": {"scale_out_at": 750}, "enable": true}`, Hosts: loaded(1, 100, 100)},
}

// loaded are n hosts of 2048 CPU and 7680 MiB, one task of the given size on each.
func loaded(n, cpu, memory int) []seed.Host {
	hosts := make([]seed.Host, n)
	for i := range hosts {
		hosts[i] = seed.Host{CPU: 2048, Memory: 7680, Tasks: []seed.Task{{Service: "web", CPU: cpu, Memory: memory}}}
	}
	return hosts
}

func demo(ctx context.Context, w io.Writer) (err error) {
	say := func(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }
	defer function.RemoveBuilds() //nolint:errcheck // a temporary folder

	server, err := moto.Start(ctx)
	if err != nil {
		return err
	}
	defer server.Close() //nolint:errcheck // it ends with this process in any case
	say("moto plays AWS at %s", server.Endpoint())

	if _, err := seed.Clusters(ctx, server, clusters...); err != nil {
		return err
	}
	say("made %d ECS clusters, each with an entry below %s/clusters in SSM Parameter Store", len(clusters), seed.ConfigPath)

	bootstrap, err := function.Bootstrap(ctx, "publisher")
	if err != nil {
		return err
	}
	process, err := function.Start(ctx, bootstrap, server.Env())
	if err != nil {
		return err
	}
	defer process.Close() //nolint:errcheck // as above
	minute := time.Now().UTC().Truncate(time.Minute)
	event := fmt.Sprintf(`{"time": %q}`, minute.Format(time.RFC3339))
	say("the publisher, as released, is ready after %s; its event: %s", process.InitDuration().Round(time.Millisecond), event)

	bounded, cancel := context.WithTimeout(ctx, 50*time.Second)
	defer cancel()
	result, err := process.Invoke(bounded, []byte(event))
	if err != nil {
		return err
	}
	if result.ErrorMessage != "" {
		return fmt.Errorf("the publisher failed: %s", result.ErrorMessage)
	}
	rendered, err := readBack(ctx, server, minute, result.Payload)
	if err != nil {
		return err
	}
	say("what CloudWatch holds for %s in namespace %s, beside what the answer says:\n%s", minute.Format("15:04 MST"), namespace, rendered)
	return demoDrain(ctx, server, say)
}

const namespace = "ECSClusterScaler"

func readBack(ctx context.Context, server *moto.Server, minute time.Time, payload []byte) (string, error) {
	var answer struct {
		Clusters []struct {
			Cluster string
			Why     []string
		}
	}
	if err := json.Unmarshal(payload, &answer); err != nil {
		return "", fmt.Errorf("read the answer: %w", err)
	}
	columns := []string{"CPUReservation", "MemoryReservation", "ScalingSignal", "InstanceGap"}
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Options.SeparateRows = true
	t.AppendHeader(table.Row{"ClusterName", "CPUReservation", "MemoryReservation", "ScalingSignal", "InstanceGap", "why"})
	t.SetColumnConfigs([]table.ColumnConfig{{Name: "why", WidthMax: 48, WidthMaxEnforcer: text.WrapSoft}})
	t.Style().Format.Header = text.FormatDefault
	for _, c := range answer.Clusters {
		row := table.Row{c.Cluster}
		for _, name := range columns {
			value, found, err := moto.Metric(ctx, server, namespace, name, c.Cluster, minute)
			switch {
			case err != nil:
				return "", err
			case !found:
				row = append(row, "-")
			default:
				row = append(row, fmt.Sprintf("%.4g", value))
			}
		}
		t.AppendRow(append(row, strings.Join(c.Why, ";\n")))
	}
	return t.Render(), nil
}
