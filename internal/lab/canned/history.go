package canned

import (
	"net/http"

	"github.com/aws/smithy-go/encoding/cbor"
)

// asCBOR answers in the protocol that CloudWatch's client speaks.
func asCBOR(document cbor.Value) func(http.Header) []byte {
	return func(h http.Header) []byte {
		h.Set("Smithy-Protocol", "rpc-v2-cbor")
		h.Set("Content-Type", "application/cbor")
		return cbor.Encode(document)
	}
}

// history answers GetMetricData with a value for each minute of each metric.
func history(body []byte) cbor.Map {
	in, err := cbor.Decode(body)
	if err != nil {
		panic(err) // every request that the SDK makes is a document
	}
	var results cbor.List
	request, _ := in.(cbor.Map)
	queries, _ := request["MetricDataQueries"].(cbor.List)
	from, to := timeOf(request["StartTime"]), timeOf(request["EndTime"])
	for _, q := range queries {
		var at, values cbor.List
		for minute := from; minute < to; minute += 60 {
			at = append(at, &cbor.Tag{ID: 1, Value: cbor.Uint(minute)})
			values = append(values, cbor.Float64(20_000+minute%7200))
		}
		query, _ := q.(cbor.Map)
		results = append(results, cbor.Map{"Id": query["Id"], "Timestamps": at, "Values": values, "StatusCode": cbor.String("Complete")})
	}
	return cbor.Map{"MetricDataResults": results}
}

func timeOf(v cbor.Value) int64 {
	at, err := cbor.AsTime(v)
	if err != nil {
		panic(err)
	}
	return at.Unix() / 60 * 60
}
