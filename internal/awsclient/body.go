package awsclient

import (
	"context"
	"io"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// KeepAnswers keeps a call's answer from being lost to a race inside the SDK, after which the SDK repeats a call that
// AWS has carried out.
//
// smithy-go closes a request's body as soon as the head of the answer is there. net/http may still be busy with that
// body: it looks whether anything is left in it, by WriteTo. The closed body answers io.EOF, which is an error from
// WriteTo (https://pkg.go.dev/io#WriterTo) though none from Read. net/http then closes the connection, and what has not
// arrived of the answer is lost: "use of closed network connection"
// (https://github.com/aws/aws-sdk-go-v2/issues/2737). A body that cannot WriteTo is read to its end instead.
//
// A short way and a busy processor make the race likely: tests on one machine, and functions with a part of a processor.
func KeepAnswers(stack *middleware.Stack) error {
	return stack.Deserialize.Add(plainBody{}, middleware.After)
}

// plainBody takes every method but Read and Seek from a request's body.
type plainBody struct{}

// ID names the middleware.
func (plainBody) ID() string { return "ecs-cluster-scaler:plainBody" }

// HandleDeserialize does so before each attempt.
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
