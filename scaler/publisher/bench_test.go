package publisher_test

import (
	"fmt"
	"io"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/metrics"
	"ecs-cluster-scaler/internal/settings"
	"ecs-cluster-scaler/scaler/publisher"
)

// BenchmarkPass is the pass alone, without SDK and network: 200 hot clusters of 20 hosts and 20 services.
func BenchmarkPass(b *testing.B) {
	f := newFakeAWS()
	for n := range 200 {
		name := fmt.Sprintf("c%03d", n)
		f.with(name, 20, 800)
		c := f.clusters[name]
		for k := range 20 {
			c.services = append(c.services, ecstypes.Service{ServiceName: aws.String(fmt.Sprint("web", k)), Status: aws.String("ACTIVE"), LaunchType: ecstypes.LaunchTypeEc2, DesiredCount: 5, RunningCount: 5})
		}
		f.clusters[name] = c
	}
	s := settings.Settings{ConfigPath: "/s", Namespace: "Ours", Metrics: metrics.Everything}
	p := publisher.New(f.clients(), s, s.Logger(io.Discard))
	b.ReportAllocs()
	for b.Loop() {
		f.put, f.order = nil, nil
		_, err := p.Run(b.Context(), minute)
		require.NoError(b, err)
	}
}
