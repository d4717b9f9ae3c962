package moto_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/lab/moto"
	"ecs-cluster-scaler/internal/lab/seed"
)

// A call may have been carried out though its answer never came: a seed that repeats it registers a host twice.
func TestNoCallOfASeedIsRepeated(t *testing.T) {
	calls := map[string]func(m *moto.Server) error{
		"ecs": func(m *moto.Server) error {
			_, err := ecs.NewFromConfig(m.Config()).RegisterContainerInstance(t.Context(), &ecs.RegisterContainerInstanceInput{})
			return err
		},
		"ssm": func(m *moto.Server) error {
			return seed.PutEntry(t.Context(), m, "web", `{}`)
		},
		"auto scaling": func(m *moto.Server) error {
			_, err := autoscaling.NewFromConfig(m.Config()).SetDesiredCapacity(t.Context(), &autoscaling.SetDesiredCapacityInput{
				AutoScalingGroupName: aws.String("web"), DesiredCapacity: aws.Int32(1),
			})
			return err
		},
		"ec2": func(m *moto.Server) error {
			_, err := m.EC2(t.Context(), url.Values{"Action": {"RunInstances"}})
			return err
		},
		"the lab's own": func(m *moto.Server) error { return m.Fault(t.Context(), moto.Fault{Action: "ecs.ListTasks"}) },
	}
	for what, answer := range map[string]http.HandlerFunc{
		"closed without an answer": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"closed within the answer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "{")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
		"a fault": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"throttled": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/x-amz-json-1.1")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"__type": "ThrottlingException", "message": "Rate exceeded"}`)
		},
	} {
		for service, call := range calls {
			t.Run(service+" "+what, func(t *testing.T) {
				requests := 0
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					requests++
					_, _ = io.Copy(io.Discard, r.Body)
					answer(w, r)
				}))
				defer server.Close()
				require.Error(t, call(moto.At(server.URL)))
				assert.Equal(t, 1, requests)
			})
		}
	}
}

// A client that has the head of an answer and not yet its body may lose the rest (awsclient.KeepAnswers). Not every
// client is ours: Terraform's provider creates what moto then refuses to create again.
func TestAnAnswerComesInOnePiece(t *testing.T) {
	m := emptyMoto(t)
	_, err := seed.Clusters(t.Context(), m, seed.Cluster{Name: "web", Entry: `{}`, Hosts: make([]seed.Host, 1)})
	require.NoError(t, err)
	require.NoError(t, m.Fault(t.Context(), moto.Fault{Action: "ecs.ListTasks", Times: -1, Code: "ThrottlingException"}))
	request := func(service, target, body string) string {
		return fmt.Sprintf("POST / HTTP/1.1\r\nHost: moto\r\nAuthorization: AWS4-HMAC-SHA256 Credential=test/20260101/%s/%s/aws4_request\r\n%sContent-Length: %d\r\n\r\n%s",
			moto.Region, service, target, len(body), body)
	}
	for name, c := range map[string]struct {
		request string
		status  int
		says    string
	}{
		"JSON":         {request("ecs", "X-Amz-Target: AmazonEC2ContainerServiceV20141113.ListClusters\r\n", `{}`), 200, "cluster/web"},
		"query":        {request("autoscaling", "Content-Type: application/x-www-form-urlencoded\r\n", "Action=DescribeAutoScalingGroups&Version=2011-01-01"), 200, "DescribeAutoScalingGroupsResult"},
		"a planned":    {request("ecs", "X-Amz-Target: AmazonEC2ContainerServiceV20141113.ListTasks\r\n", `{"cluster": "web"}`), 400, "ThrottlingException"},
		"moto's own":   {request("ecs", "X-Amz-Target: AmazonEC2ContainerServiceV20141113.ListServices\r\n", `{"cluster": "absent"}`), 400, "ClusterNotFoundException"},
		"the lab":      {"GET /_lab/calls HTTP/1.1\r\nHost: moto\r\n\r\n", 200, "ecs.CreateCluster"},
		"without body": {"HEAD /_lab/calls HTTP/1.1\r\nHost: moto\r\n\r\n", 404, ""},
	} {
		t.Run(name, func(t *testing.T) {
			for range 20 { // a head that goes first does not always arrive first
				conn, err := net.Dial("tcp", strings.TrimPrefix(m.Endpoint(), "http://"))
				require.NoError(t, err)
				_, err = io.WriteString(conn, c.request)
				require.NoError(t, err)
				piece := make([]byte, 4096)
				n, err := conn.Read(piece)
				require.NoError(t, err)
				require.NoError(t, conn.Close())
				method, _, _ := strings.Cut(c.request, " ")
				response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(piece[:n])), &http.Request{Method: method})
				require.NoError(t, err)
				body, err := io.ReadAll(response.Body)
				require.NoError(t, err, "%s", piece[:n])
				require.NoError(t, response.Body.Close())
				assert.Equal(t, c.status, response.StatusCode)
				assert.Contains(t, string(body), c.says)
				assert.GreaterOrEqual(t, response.ContentLength, int64(0), "no chunks, of which the last comes alone")
			}
		})
	}
}
