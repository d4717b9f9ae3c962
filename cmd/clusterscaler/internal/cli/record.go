package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/simulator/recorder"
)

// recordFlags are the arguments of record.
type recordFlags struct {
	cluster        string
	length, since  days
	every          time.Duration
	out            string
	anonymous      bool
	fromCloudWatch bool
	fromFile       string
}

const (
	// soonest and latest bound --every. A look makes at least two calls to Auto Scaling, of which our share is one a second. ECS shows a stopped task for an hour, and two looks must fall into it.
	soonest, latest = 2 * time.Second, 30 * time.Minute
)

func newRecord() *cobra.Command {
	var f recordFlags
	cmd := &cobra.Command{
		Use:   "record <cluster>",
		Short: "Watch a cluster and write what it does into a file that simulate and calibrate read; change nothing",
		Long: "record looks at an ECS cluster once a minute and writes what it sees into one file: what its services want and " +
			"need, standalone tasks, hosts and how long they take to join, the bounds of its Auto Scaling groups, and refusals. " +
			"simulate --recording runs any policy on it.\n\n" +
			"It only reads, by calls that cost nothing. It writes no image, no environment and no ARN; --anonymous also replaces " +
			"every name. The file is written every five minutes, at the end, and when record is interrupted. The same command " +
			"then goes on with it, unless it is anonymous.\n\n" +
			"--from-cloudwatch reads the past instead of watching, coarsely, and its calls cost a little: the price is told before. " +
			"docs/recording.md says what is missing then, and which rights record needs.\n\n" +
			"--from-file with --anonymous makes a recording that is there anonymous, in a file beside it, and calls nothing.",
		Example: `  clusterscaler record web --for 24h
  clusterscaler record web --for 7d --out week.json --anonymous
  clusterscaler record web --from-cloudwatch --since 14d
  clusterscaler record --from-file web.json --anonymous`,
		Args: func(_ *cobra.Command, args []string) error { return f.named(args) },
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.fromFile != "" {
				return recordAnonymous(cmd, f)
			}
			f.cluster = args[0]
			if f.out == "" {
				f.out = f.cluster + ".json"
			}
			if err := f.check(cmd.Flags().Changed); err != nil {
				return err
			}
			if err := writableRecording("--out", f.out); err != nil {
				return err
			}
			if f.fromCloudWatch {
				return recordPast(cmd, f)
			}
			return recordNow(cmd, f)
		},
	}
	flags := cmd.Flags()
	flags.Var(&f.length, "for", "how long to watch, such as 24h or 7d")
	flags.DurationVar(&f.every, "every", time.Minute, "how far apart two looks are")
	flags.StringVar(&f.out, "out", "", "the file to write (default: <cluster>.json)")
	flags.BoolVar(&f.anonymous, "anonymous", false, "replace every name in the file")
	flags.BoolVar(&f.fromCloudWatch, "from-cloudwatch", false, "read what CloudWatch has kept instead of watching; costs a little")
	flags.StringVar(&f.fromFile, "from-file", "", "make this recording anonymous, in another file (with --anonymous)")
	flags.Var(&f.since, "since", "with --from-cloudwatch: how far back to read, such as 14d")
	return cmd
}

// named refuses arguments that name no cluster.
func (f *recordFlags) named(args []string) error {
	switch {
	case f.fromFile != "" && len(args) > 0:
		return fmt.Errorf("--from-file reads no cluster; leave %s out", args[0])
	case f.fromFile != "":
		return nil
	case len(args) == 0:
		return errors.New("no cluster is named; name one, as in clusterscaler record web --for 24h")
	case len(args) > 1:
		return fmt.Errorf("record watches one cluster, not %d; run it once for each", len(args))
	case strings.HasSuffix(args[0], ".json"):
		return fmt.Errorf("%s is a file's name, not a cluster's; %s", args[0], madeAnonymous(args[0]))
	case strings.ContainsAny(args[0], ":/"):
		return fmt.Errorf("%s is not a cluster's name; take the part after the last slash, %s", args[0], args[0][strings.LastIndexAny(args[0], ":/")+1:])
	}
	return nil
}

// check refuses values that make no recording.
func (f recordFlags) check(changed func(flag string) bool) error {
	length, since := time.Duration(f.length), time.Duration(f.since)
	switch {
	case f.fromCloudWatch && (changed("for") || changed("every")):
		return errors.New("--from-cloudwatch reads the past and does not watch; leave --for and --every out, and say how far back with --since 14d")
	case !f.fromCloudWatch && changed("since"):
		return errors.New("--since is for --from-cloudwatch; to watch from now on, use --for 24h")
	case f.fromCloudWatch && !changed("since"):
		return errors.New("--from-cloudwatch needs --since; say how far back to read, such as --since 14d")
	case f.fromCloudWatch && (since < time.Hour || since > recorder.Kept):
		return fmt.Errorf("--since is %s; it must be from 1h to %s, which is as long as CloudWatch keeps metrics", inDays(since), inDays(recorder.Kept))
	case f.fromCloudWatch:
		return nil
	case !changed("for") && f.anonymous && vacant(f.out) != nil:
		return fmt.Errorf("say how long to watch with --for, such as --for 24h; %s", madeAnonymous(f.out))
	case !changed("for"):
		return errors.New("say how long to watch with --for, such as --for 24h; or read the past with --from-cloudwatch --since 14d")
	case f.every < soonest || f.every > latest:
		return fmt.Errorf("--every is %s; it must be from %s to %s", inDays(f.every), soonest, inDays(latest))
	case length < f.every:
		return fmt.Errorf("--for is %s; it must be --every (%s) or longer, such as 24h", inDays(length), inDays(f.every))
	}
	return nil
}

// days is a duration that may be given in days.
type days time.Duration

// String is the flag's value; empty: not given.
func (d *days) String() string {
	if *d == 0 {
		return ""
	}
	return inDays(time.Duration(*d))
}

// Type is what help calls the value.
func (*days) Type() string { return "duration" }

// Set takes what Go's durations are, and days before them.
func (d *days) Set(value string) error {
	whole, rest, found := strings.Cut(value, "d")
	if !found {
		whole, rest = "0", value
	}
	n, err := strconv.ParseUint(whole, 10, 16)
	var more time.Duration
	if err == nil && rest != "" {
		more, err = time.ParseDuration(rest)
	}
	if err != nil || more < 0 || value == "" {
		return errors.New("it must be a duration, such as 90m, 24h or 7d")
	}
	*d = days(time.Duration(n)*24*time.Hour + more)
	return nil
}

// inDays writes a duration as people say it: 7d, 24h, 90m.
func inDays(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= 2*day && d%day == 0:
		return fmt.Sprintf("%dd", d/day)
	case d >= time.Hour && d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d >= time.Minute && d < 2*time.Hour && d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d >= time.Hour:
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	default:
		return d.Round(time.Second).String()
	}
}

// denied adds where the rights are listed to an error of a denied call.
func denied(err error) error {
	if text := awsclient.Sentence(err); strings.Contains(text, "AWS denies") {
		return fmt.Errorf("%w; docs/recording.md lists all that record needs", err)
	}
	return err
}
