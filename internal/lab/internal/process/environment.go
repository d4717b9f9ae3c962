package process

import "os"

const (
	// Region is where every world of the lab lies.
	Region = "eu-west-1"
	// Account is the one moto gives to keys it does not know.
	Account = "123456789012"
)

// Environment is what a process under test needs to see the AWS at endpoint and nothing of the user's: later entries win, so
// append it to whatever else the process gets.
func Environment(endpoint string) []string {
	return []string{
		"AWS_ENDPOINT_URL=" + endpoint,
		"AWS_ACCESS_KEY_ID=test",
		"AWS_SECRET_ACCESS_KEY=test",
		"AWS_SESSION_TOKEN=",
		"AWS_REGION=" + Region,
		"AWS_DEFAULT_REGION=" + Region,
		"AWS_EC2_METADATA_DISABLED=true",
		"AWS_CA_BUNDLE=",
		"AWS_PROFILE=",
		"AWS_CONFIG_FILE=" + os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
		"AWS_PAGER=",
	}
}
