package simulator

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"ecs-cluster-scaler/simulator/csvfile"
)

// Prices are what an hour of a host costs, in USD, by instance type.
type Prices map[string]float64

// AnyType is the instance type whose price holds for all that have none.
const AnyType = "any"

// mostPrice is more than any instance type costs an hour; what is dearer is in another unit.
const mostPrice = 10000

// AnyPrice is one price for every host.
func AnyPrice(usd float64) (Prices, error) {
	if !priced(usd) {
		return nil, fmt.Errorf("an hour of a host cannot cost %g; it must be more than 0 and at most %d, in USD", usd, mostPrice)
	}
	return Prices{AnyType: usd}, nil
}

func priced(usd float64) bool { return usd > 0 && usd <= mostPrice } // a NaN is neither

// ParsePrices reads a table with the columns instance_type and usd_per_hour. name is the file's, for errors.
func ParsePrices(name string, from io.Reader) (Prices, error) {
	prices, at := Prices{}, map[string]int{}
	err := csvfile.Prices.Read(name, from, func(l *csvfile.Line) {
		kind, usd := strings.TrimSpace(l.Text("instance_type")), l.Number("usd_per_hour")
		switch before, twice := at[kind]; {
		case l.Faulty():
		case kind == "":
			l.Fault("instance_type is empty; write a type, such as m5.xlarge, or %s for all others", AnyType)
		case twice:
			l.Fault("instance_type is %q, which has a price in line %d; keep one of them", kind, before)
		case !priced(usd):
			l.Fault("usd_per_hour is %g; it must be more than 0 and at most %d", usd, mostPrice)
		}
		prices[kind], at[kind] = usd, l.Row
	})
	if err != nil {
		return nil, err
	}
	return prices, nil
}

// String says what a host of each type costs an hour.
func (p Prices) String() string {
	parts := make([]string, 0, len(p))
	for _, kind := range slices.Sorted(maps.Keys(p)) {
		parts = append(parts, fmt.Sprintf("%s $%g", kind, p[kind]))
	}
	if len(parts) == 0 {
		return ""
	}
	return "An hour of a host: " + strings.Join(parts, ", ")
}

// of is a type's price.
func (p Prices) of(kind string) (float64, error) {
	for _, name := range []string{kind, AnyType} {
		if usd, found := p[name]; found {
			return usd, nil
		}
	}
	return 0, fmt.Errorf("the workload's hosts are of type %s, and a price is given for %s alone; add a line for it, or one for %s",
		kind, strings.Join(slices.Sorted(maps.Keys(p)), ", "), AnyType)
}

// List prices of AWS in us-east-1, in USD: the first tier, no free tier, no discount. None was checked against AWS's own
// page; [ListPrices] says where each was seen.
const (
	// PriceLambdaMillion is a million invocations, PriceLambdaGBSecond a second of a GB on arm64, on which our functions run
	// unless told otherwise.
	PriceLambdaMillion  = 0.20
	PriceLambdaGBSecond = 0.0000133334
	// PriceScheduledMillion is a million invocations by EventBridge Scheduler. Events of AWS's services cost nothing.
	PriceScheduledMillion = 1.00
	// PriceMetricMonth is a custom metric for a month, billed by the hour; AWS's own metrics cost nothing. PricePutThousand
	// is a thousand calls of PutMetricData, PriceAlarmMonth an alarm of standard resolution for a month, PriceFastAlarmMonth one
	// of high resolution.
	PriceMetricMonth    = 0.30
	PricePutThousand    = 0.01
	PriceAlarmMonth     = 0.10
	PriceFastAlarmMonth = 0.30
	// PriceReadThousand is a thousand metrics that GetMetricData is asked for.
	PriceReadThousand = 0.01
)

const (
	// HoursOfMonth is AWS's month.
	HoursOfMonth = 730
	// functionGB is what terraform/ gives each function unless told otherwise; the functions of others get the same.
	functionGB = 0.25
	// functionSeconds is how long an invocation takes that waits for nothing. A guess: some ten calls of 20 to 50 ms, for
	// one cluster.
	functionSeconds = 0.5
)

// Price is one of AWS's, for the documentation.
type Price struct {
	Of  string
	USD float64
	// Page is AWS's, which is to be asked. Seen is where the figure was seen.
	Page, Seen string
}

// ListPrices are AWS's that a scaler pays.
func ListPrices() []Price {
	const lambda, events, watch = "https://aws.amazon.com/lambda/pricing/", "https://aws.amazon.com/eventbridge/pricing/", "https://aws.amazon.com/cloudwatch/pricing/"
	const thread = "https://github.com/nishinoshake/aws-rough/issues/37"
	return []Price{
		{"a million invocations of a function", PriceLambdaMillion, lambda, "https://gist.github.com/thiagozs/019a25fbcbd987209ef1d25e10d0dde9, 2023"},
		{"a function's GB for a second, arm64", PriceLambdaGBSecond, lambda, "https://cloudchipr.com/blog/aws-lambda-pricing, 2024"},
		{"a million invocations by EventBridge Scheduler", PriceScheduledMillion, events, "https://cloudburn.io/blog/amazon-eventbridge-pricing, March 2026"},
		{"a custom metric for a month, by the hour", PriceMetricMonth, watch, thread + ", which quotes AWS's page of April 2022 without a region"},
		{"a thousand calls of PutMetricData", PricePutThousand, watch, "the same, which names other calls and not this one"},
		{"a thousand metrics read by GetMetricData", PriceReadThousand, watch, "https://support.site24x7.com/portal/en/kb/articles/aws-cloudwatch-metrics-cost-calculation, without a date"},
		{"an alarm for a month", PriceAlarmMonth, watch, "https://c3x.dev/resources/aws/aws_cloudwatch_metric_alarm, without a date"},
		{"one that looks every 10 s, for a month", PriceFastAlarmMonth, watch, "the same"},
	}
}
