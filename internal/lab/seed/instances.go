package seed

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/url"
	"strconv"

	"ecs-cluster-scaler/internal/lab/moto"
)

// image is any AMI: moto asks for an id and does not look at it.
const image = "ami-12c6146b"

// runInstances starts count EC2 instances outside any group.
func runInstances(ctx context.Context, m *moto.Server, instanceType string, count int) ([]string, error) {
	body, err := m.EC2(ctx, url.Values{
		"Action": {"RunInstances"}, "ImageId": {image}, "InstanceType": {instanceType},
		"MinCount": {strconv.Itoa(count)}, "MaxCount": {strconv.Itoa(count)},
		"Placement.AvailabilityZone": {moto.Region + "a"},
	})
	if err != nil {
		return nil, fmt.Errorf("run %d instances: %w", count, err)
	}
	var answer struct {
		IDs []string `xml:"instancesSet>item>instanceId"`
	}
	if err := xml.Unmarshal(body, &answer); err != nil {
		return nil, fmt.Errorf("run %d instances: %w", count, err)
	}
	if len(answer.IDs) != count {
		return nil, fmt.Errorf("run %d instances: moto started %d", count, len(answer.IDs))
	}
	return answer.IDs, nil
}
