package ssmstore

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// version is one version of one parameter. A parameter that was deleted and made again counts from 1 again, so that
// the time belongs to it.
type version struct {
	name     string
	number   int64
	modified int64
}

// document is one version's text.
type document struct {
	version
	text []byte
	// secret: a SecureString, of which no log repeats anything. sealed: one that could not be decrypted.
	secret, sealed bool
}

// errSealed is said of an entry, or the defaults, that only a key would open.
var errSealed = errors.New("it is a SecureString that may not be decrypted; allow kms:Decrypt for its key, or store it as String")

func current(p types.Parameter) document {
	return document{
		version: version{aws.ToString(p.Name), p.Version, aws.ToTime(p.LastModifiedDate).UnixNano()},
		text:    []byte(aws.ToString(p.Value)), secret: p.Type == types.ParameterTypeSecureString,
	}
}
