package ecsreader

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// unanswered names what ECS listed but did not describe: half an answer is doubt. What is MISSING went between the two
// calls, which is no gap in what is known
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html).
func unanswered(kind string, asked, described int, failures []types.Failure) []string {
	var unread []string
	gone := 0
	for _, failure := range failures {
		if aws.ToString(failure.Reason) == "MISSING" {
			gone++
			continue
		}
		arn := aws.ToString(failure.Arn)
		unread = append(unread, fmt.Sprintf("ECS did not describe %s %s: %s", kind, arn[strings.LastIndexByte(arn, '/')+1:], aws.ToString(failure.Reason)))
	}
	if asked > described+gone+len(unread) {
		unread = append(unread, fmt.Sprintf("ECS described only %d of %d %ss", described, asked, kind))
	}
	return unread
}
