package seed

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"ecs-cluster-scaler/internal/lab/moto"
)

// standardTier is the most a standard parameter holds; larger ones must be advanced.
const standardTier = 4096

// PutEntry stores versions of a cluster's entry, oldest first. The cluster need not exist.
func PutEntry(ctx context.Context, m *moto.Server, cluster string, versions ...string) error {
	return PutParameter(ctx, m, ConfigPath+"/clusters/"+cluster, false, versions...)
}

// PutDefaults stores versions of what all entries inherit, oldest first.
func PutDefaults(ctx context.Context, m *moto.Server, versions ...string) error {
	return PutParameter(ctx, m, ConfigPath+"/defaults", false, versions...)
}

// DeleteEntry removes a cluster's entry with its history.
func DeleteEntry(ctx context.Context, m *moto.Server, cluster string) error {
	_, err := ssm.NewFromConfig(m.Config()).DeleteParameter(ctx, &ssm.DeleteParameterInput{
		Name: aws.String(ConfigPath + "/clusters/" + cluster),
	})
	if err != nil {
		return fmt.Errorf("delete the entry of %s: %w", cluster, err)
	}
	return nil
}

// PutParameter stores versions of any parameter, oldest first, as String or SecureString.
func PutParameter(ctx context.Context, m *moto.Server, name string, secure bool, versions ...string) error {
	client := ssm.NewFromConfig(m.Config())
	kind := types.ParameterTypeString
	if secure {
		kind = types.ParameterTypeSecureString
	}
	for _, value := range versions {
		tier := types.ParameterTierStandard
		if len(value) > standardTier {
			tier = types.ParameterTierAdvanced
		}
		_, err := client.PutParameter(ctx, &ssm.PutParameterInput{
			Name: aws.String(name), Value: aws.String(value), Type: kind, Tier: tier, Overwrite: aws.Bool(true),
		})
		if err != nil {
			return fmt.Errorf("put parameter %s: %w", name, err)
		}
	}
	return nil
}
