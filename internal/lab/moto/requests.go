package moto

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// EC2 carries out one action and returns its XML. It speaks EC2's query protocol itself: a few actions are no reason for a
// dependency on the largest of all clients.
func (m *Server) EC2(ctx context.Context, form url.Values) ([]byte, error) {
	form.Set("Version", "2016-11-15")
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"}}
	return m.Signed(ctx, "ec2", http.MethodPost, "/", header, form.Encode())
}

// Signed sends one request as a service's client would, for services whose client is not worth a dependency.
func (m *Server) Signed(ctx context.Context, service, method, path string, header http.Header, body string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, m.endpoint+path, strings.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("ask %s for %s: %w", service, path, err)
	}
	maps.Copy(request.Header, header)
	config := m.Config()
	keys, err := config.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask %s for %s: %w", service, path, err)
	}
	hash := sha256.Sum256([]byte(body))
	if err := v4.NewSigner().SignHTTP(ctx, keys, request, hex.EncodeToString(hash[:]), service, Region, time.Now()); err != nil {
		return nil, fmt.Errorf("ask %s for %s: %w", service, path, err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("ask %s for %s: %w", service, path, err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("ask %s for %s: %w", service, path, err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("ask %s for %s: %s: %s", service, path, response.Status, answer)
	}
	return answer, nil
}
