package lab

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// image is any AMI: moto asks for an id and does not look at it.
const image = "ami-12c6146b"

// runInstances starts count EC2 instances outside any group. It speaks EC2's query
// protocol itself: one action is no reason for a dependency on the largest of all clients.
func runInstances(ctx context.Context, m *Moto, instanceType string, count int) ([]string, error) {
	form := url.Values{
		"Action": {"RunInstances"}, "Version": {"2016-11-15"}, "ImageId": {image}, "InstanceType": {instanceType},
		"MinCount": {strconv.Itoa(count)}, "MaxCount": {strconv.Itoa(count)},
		"Placement.AvailabilityZone": {Region + "a"},
	}.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, m.endpoint+"/", strings.NewReader(form))
	if err != nil {
		return nil, fmt.Errorf("run %d instances: %w", count, err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	config := m.Config()
	keys, err := config.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, fmt.Errorf("run %d instances: %w", count, err)
	}
	hash := sha256.Sum256([]byte(form))
	if err := v4.NewSigner().SignHTTP(ctx, keys, request, hex.EncodeToString(hash[:]), "ec2", Region, time.Now()); err != nil {
		return nil, fmt.Errorf("run %d instances: %w", count, err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("run %d instances: %w", count, err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("run %d instances: %w", count, err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("run %d instances: %s: %s", count, response.Status, body)
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
