package aws

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"
)

// Pages of Parameter Store
// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html,
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameterHistory.html).
const (
	parametersPerPage = 10
	versionsPerPage   = 50
)

// SSM is a client of Parameter Store.
type SSM struct{ world *World }

// SSM is a client of Parameter Store.
func (w *World) SSM() *SSM { return &SSM{w} }

// GetParametersByPath may return fewer than it was asked for, or none, with a token.
func (s *SSM) GetParametersByPath(_ context.Context, in *ssm.GetParametersByPathInput, _ ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error) {
	const op = "GetParametersByPath"
	w := s.world
	w.mu.Lock()
	defer w.mu.Unlock()
	path := aws.ToString(in.Path)
	if err := w.fault(op, path+" "+aws.ToString(in.NextToken)); err != nil {
		return nil, err
	}
	if !strings.HasPrefix(path, "/") {
		return nil, invalid("ValidationException", "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash \"/\".")
	}
	if aws.ToInt32(in.MaxResults) > parametersPerPage {
		return nil, tooMany(*in.MaxResults, parametersPerPage)
	}
	found := w.parameters.below(path, aws.ToBool(in.Recursive))
	from, to, next := w.page(op, path, in.NextToken, len(found), limit(in.MaxResults, parametersPerPage, parametersPerPage))
	out := &ssm.GetParametersByPathOutput{NextToken: next}
	for _, p := range found[from:to] {
		v := p.versions[len(p.versions)-1]
		out.Parameters = append(out.Parameters, types.Parameter{
			ARN:  aws.String("arn:aws:ssm:" + region + ":" + account + ":parameter" + p.name),
			Name: aws.String(p.name), Type: types.ParameterTypeString, DataType: aws.String("text"),
			Value: aws.String(v.value), Version: v.number, LastModifiedDate: aws.Time(v.modified),
		})
	}
	return out, nil
}

// GetParameterHistory lists versions, oldest first.
func (s *SSM) GetParameterHistory(_ context.Context, in *ssm.GetParameterHistoryInput, _ ...func(*ssm.Options)) (*ssm.GetParameterHistoryOutput, error) {
	const op = "GetParameterHistory"
	w := s.world
	w.mu.Lock()
	defer w.mu.Unlock()
	name := aws.ToString(in.Name)
	if err := w.fault(op, name+" "+aws.ToString(in.NextToken)); err != nil {
		return nil, err
	}
	at, found := w.parameters.find(name)
	if !found {
		return nil, &types.ParameterNotFound{}
	}
	if aws.ToInt32(in.MaxResults) > versionsPerPage {
		return nil, tooMany(*in.MaxResults, versionsPerPage)
	}
	versions := w.parameters.all[at].versions
	from, to, next := w.page(op, name, in.NextToken, len(versions), limit(in.MaxResults, versionsPerPage, versionsPerPage))
	out := &ssm.GetParameterHistoryOutput{NextToken: next}
	for _, v := range versions[from:to] {
		out.Parameters = append(out.Parameters, types.ParameterHistory{
			Name: aws.String(name), Type: types.ParameterTypeString, DataType: aws.String("text"), Tier: types.ParameterTierStandard,
			Value: aws.String(v.value), Version: v.number, LastModifiedDate: aws.Time(v.modified),
		})
	}
	return out, nil
}

// tooMany is the answer to more results than a page holds.
func tooMany(asked int32, most int) error {
	return invalid("ValidationException", fmt.Sprintf("1 validation error detected: Value '%d' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to %d", asked, most))
}

// limit is how many results a call wants on a page.
func limit(asked *int32, usual, most int) int {
	if asked == nil || *asked < 1 {
		return usual
	}
	return min(int(*asked), most)
}

// invalid is an error of the caller.
func invalid(code, message string) error {
	return &smithy.GenericAPIError{Code: code, Message: message, Fault: smithy.FaultClient}
}

// keyOf is what tells a call from others of its operation, a number and names.
func keyOf(n int, names ...string) string { return strconv.Itoa(n) + " " + strings.Join(names, " ") }
