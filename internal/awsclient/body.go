package awsclient

import (
	"context"
	"io"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// KeepAnswers works around a race in the SDK that loses a call's answer, so that the SDK repeats a call that AWS has
// carried out.
//
// smithy-go closes a request's body as soon as the head of the answer arrives. net/http may still be busy with that body:
// it calls WriteTo to see whether anything is left. The closed body returns io.EOF, which is an error from WriteTo
// (https://pkg.go.dev/io#WriterTo) though not from Read. net/http then closes the connection, and the rest of the answer
// is lost: "use of closed network connection" (https://github.com/aws/aws-sdk-go-v2/issues/2737). A body without WriteTo
// is read to its end instead.
//
// A short network path and a busy processor make the race likely: tests on one machine, and functions with a part of a
// processor.
func KeepAnswers(stack *middleware.Stack) error {
	return stack.Deserialize.Add(plainBody{}, middleware.After)
}

// plainBody hides every method of a request's body but Read and Seek.
type plainBody struct{}

// ID names the middleware.
func (plainBody) ID() string { return "ecs-cluster-scaler:plainBody" }

// HandleDeserialize hides them before each attempt.
func (plainBody) HandleDeserialize(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	request, ok := in.Request.(*smithyhttp.Request)
	if !ok {
		return next.HandleDeserialize(ctx, in)
	}
	if body, ok := request.GetStream().(io.ReadSeeker); ok {
		plain, err := request.SetStream(struct{ io.ReadSeeker }{body})
		if err != nil {
			return middleware.DeserializeOutput{}, middleware.Metadata{}, err
		}
		in.Request = plain
	}
	return next.HandleDeserialize(ctx, in)
}
