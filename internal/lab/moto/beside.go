package moto

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// Beside runs the tests of a package beside one moto, and returns the exit code for their TestMain. Whatever could not start
// or end is told on stderr, and the code is 1.
func Beside(tests func(ctx context.Context, server *Server) (code int, err error)) int {
	ctx := context.Background()
	server, err := Start(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code, err := tests(ctx, server)
	if err = errors.Join(err, server.Close()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}
