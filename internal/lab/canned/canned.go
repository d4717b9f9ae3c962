// Package canned answers the publisher's reads with equal clusters, for measuring.
package canned

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"

	"ecs-cluster-scaler/internal/lab/internal/process"
	"ecs-cluster-scaler/internal/lab/seed"
)

// Server answers the publisher's reads with equal clusters, after a delay, and keeps nothing: for measuring calls, time
// and memory on worlds that moto would take minutes to hold. It proves nothing about AWS; tests use moto.
type Server struct {
	// Clusters, HostsEach, ServicesEach and TasksPerService are the world's size.
	Clusters, HostsEach, ServicesEach, TasksPerService int
	// Reserved is the part of each host's CPU that tasks reserve, in percent.
	Reserved int
	// Delay is how long each answer takes.
	Delay time.Duration

	server *http.Server
	addr   string
	mu     sync.Mutex
	calls  map[string]int
}

// Start serves on a free loopback port until Close.
func (s *Server) Start() error {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen for canned answers: %w", err)
	}
	s.addr = listener.Addr().String()
	s.calls = map[string]int{}
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	go s.server.Serve(listener) //nolint:errcheck // it ends with Close
	return nil
}

// Close stops serving.
func (s *Server) Close() error { return s.server.Close() }

// Env is the environment of a function that talks to it.
func (s *Server) Env() []string { return process.Environment("http://" + s.addr) }

// Calls counts calls by action since the last call of Calls.
func (s *Server) Calls() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	made := s.calls
	s.calls = map[string]int{}
	return made
}

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	action, answer := s.answer(r, body)
	s.mu.Lock()
	s.calls[action]++
	s.mu.Unlock()
	time.Sleep(s.Delay)
	_, _ = w.Write(answer(w.Header()))
}

type request struct {
	Cluster            string
	ContainerInstance  string
	ContainerInstances []string
	Services           []string
	Tasks              []string
	TaskDefinition     string
	NextToken          string
}

func (s *Server) answer(r *http.Request, body []byte) (action string, answer func(http.Header) []byte) {
	target := r.Header.Get("X-Amz-Target")
	switch {
	case strings.HasSuffix(r.URL.Path, "/PutMetricData"):
		return "PutMetricData", asCBOR(cbor.Map{})
	case strings.HasSuffix(r.URL.Path, "/GetMetricData"):
		return "GetMetricData", asCBOR(history(body))
	case target == "":
		return "DescribeAutoScalingGroups", func(h http.Header) []byte {
			h.Set("Content-Type", "text/xml")
			return []byte(`<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups/></DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>`)
		}
	}
	action = target[strings.LastIndexByte(target, '.')+1:]
	var in request
	_ = json.Unmarshal(body, &in) // every request that the SDK makes is an object
	return action, func(h http.Header) []byte {
		h.Set("Content-Type", "application/x-amz-json-1.1")
		text, err := json.Marshal(s.document(action, in))
		if err != nil {
			panic(err)
		}
		return bytes.TrimSpace(text)
	}
}

type object = map[string]any

const cannedARN = "arn:aws:ecs:eu-west-1:123456789012:"

func (s *Server) document(action string, in request) object {
	switch action {
	case "GetParametersByPath":
		return s.parameters(in.NextToken)
	case "ListContainerInstances":
		return object{"containerInstanceArns": numbered(cannedARN+"container-instance/"+in.Cluster+"/", s.HostsEach)}
	case "DescribeContainerInstances":
		return object{"containerInstances": each(in.ContainerInstances, s.host), "failures": []any{}}
	case "ListServices":
		return object{"serviceArns": numbered(cannedARN+"service/"+in.Cluster+"/web-", s.ServicesEach)}
	case "DescribeServices":
		return object{"services": each(in.Services, s.service), "failures": []any{}}
	case "ListTasks":
		return object{"taskArns": numbered(cannedARN+"task/"+in.Cluster+"/", s.ServicesEach*s.TasksPerService)}
	case "DescribeTasks":
		return object{"tasks": each(in.Tasks, s.task), "failures": []any{}}
	case "DescribeTaskDefinition":
		return object{"taskDefinition": object{
			"taskDefinitionArn": in.TaskDefinition, "cpu": "128", "memory": "256", "networkMode": "bridge", "requiresCompatibilities": []string{"EC2"},
			"containerDefinitions": []object{{"name": "app", "image": "app", "cpu": 128, "memory": 256}},
		}}
	default:
		return object{}
	}
}

func (s *Server) parameters(token string) object {
	from, _ := strconv.Atoi(token)
	to := min(from+10, s.Clusters)
	var parameters []object
	for n := from; n < to; n++ {
		parameters = append(parameters, object{"Name": fmt.Sprintf("%s/clusters/cluster-%03d", seed.ConfigPath, n), "Type": "String", "Value": "{}", "Version": 1})
	}
	page := object{"Parameters": parameters}
	if to < s.Clusters {
		page["NextToken"] = strconv.Itoa(to)
	}
	return page
}

func (s *Server) host(arn string) object {
	resources := func(cpu, memory int) []object {
		return []object{
			{"name": "CPU", "type": "INTEGER", "integerValue": cpu, "longValue": 0, "doubleValue": 0.0},
			{"name": "MEMORY", "type": "INTEGER", "integerValue": memory, "longValue": 0, "doubleValue": 0.0},
			{"name": "PORTS", "type": "STRINGSET", "integerValue": 0, "longValue": 0, "doubleValue": 0.0, "stringSetValue": []string{"22", "2375", "2376", "51678", "51679"}},
		}
	}
	var attributes []object
	for n := range 30 { // as many as an agent registers
		attributes = append(attributes, object{"name": fmt.Sprintf("ecs.capability.docker-remote-api.1.%d", n)})
	}
	attributes = append(attributes,
		object{"name": "ecs.instance-type", "value": "m5.large"}, object{"name": "ecs.availability-zone", "value": "eu-west-1a"},
		object{"name": "ecs.os-type", "value": "linux"}, object{"name": "ecs.ami-id", "value": "ami-0123456789abcdef0"})
	return object{
		"containerInstanceArn": arn, "ec2InstanceId": "i-" + arn[strings.LastIndexByte(arn, '/')+1:], "status": "ACTIVE", "agentConnected": true,
		"runningTasksCount": s.ServicesEach * s.TasksPerService / max(s.HostsEach, 1), "pendingTasksCount": 0, "version": 7, "registeredAt": 1.7e9,
		"registeredResources": resources(2048, 7680), "remainingResources": resources(2048*(100-s.Reserved)/100, 7680*(100-s.Reserved)/100),
		"attributes": attributes,
	}
}

func (s *Server) service(arn string) object {
	name := arn[strings.LastIndexByte(arn, '/')+1:]
	var events []object
	for n := range 100 { // DescribeServices always carries them
		events = append(events, object{"id": "00000000-0000-0000-0000-000000000000", "createdAt": 1.7e9 + float64(n), "message": fmt.Sprintf("(service %s) has reached a steady state.", name)})
	}
	definition := cannedARN + "task-definition/" + name + ":1"
	return object{
		"serviceArn": arn, "serviceName": name, "status": "ACTIVE", "launchType": "EC2", "schedulingStrategy": "REPLICA", "taskDefinition": definition,
		"desiredCount": s.TasksPerService, "runningCount": s.TasksPerService, "pendingCount": 0, "events": events,
		"deploymentConfiguration": object{"minimumHealthyPercent": 100, "maximumPercent": 200},
		"deployments": []object{{"id": "ecs-svc/1", "status": "PRIMARY", "rolloutState": "COMPLETED", "taskDefinition": definition,
			"desiredCount": s.TasksPerService, "runningCount": s.TasksPerService, "pendingCount": 0}},
	}
}

func (s *Server) task(arn string) object {
	at := strings.LastIndexByte(arn, '/')
	n, _ := strconv.Atoi(arn[at+1:])
	clusterName := arn[strings.LastIndexByte(arn[:at], '/')+1 : at]
	service := fmt.Sprintf("web-%08d", n%max(s.ServicesEach, 1))
	return object{
		"taskArn": arn, "containerInstanceArn": fmt.Sprintf("%scontainer-instance/%s/%08d", cannedARN, clusterName, n%max(s.HostsEach, 1)),
		"group": "service:" + service, "startedBy": "ecs-svc/1", "desiredStatus": "RUNNING", "lastStatus": "RUNNING", "cpu": "128", "memory": "256",
		"taskDefinitionArn": cannedARN + "task-definition/" + service + ":1",
	}
}

func numbered(prefix string, n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("%s%08d", prefix, i)
	}
	return names
}

func each(arns []string, describe func(string) object) []object {
	described := make([]object, len(arns))
	for i, arn := range arns {
		described[i] = describe(arn)
	}
	return described
}
