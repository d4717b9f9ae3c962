// Command function is a Lambda that does as its event says, for the runner's own tests.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

type event struct{ Do, Say string }

func handle(ctx context.Context, e event) (any, error) {
	fmt.Println(e.Say)
	switch e.Do {
	case "fail":
		return nil, errors.New("it failed")
	case "panic":
		panic("it panicked")
	case "exit":
		os.Exit(3)
	case "hang":
		select {}
	case "deadline":
		deadline, _ := ctx.Deadline()
		return deadline.UnixMilli(), nil
	case "time out gracefully":
		<-ctx.Done()
	case "environment":
		return os.Environ(), nil
	}
	return map[string]string{"said": e.Say}, nil
}

func main() {
	switch os.Getenv("INIT") {
	case "exit":
		log.Fatal("no configuration")
	case "report":
		report := strings.NewReader(`{"errorMessage":"bad handler","errorType":"Runtime.InvalidEntrypoint"}`)
		response, err := http.Post("http://"+os.Getenv("AWS_LAMBDA_RUNTIME_API")+"/2018-06-01/runtime/init/error", "application/json", report)
		if err != nil {
			log.Fatal(err)
		}
		_ = response.Body.Close()
		select {}
	case "hang":
		time.Sleep(time.Hour)
	}
	lambda.Start(handle)
}
