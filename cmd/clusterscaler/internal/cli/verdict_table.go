package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/scaler/publisher"
	"ecs-cluster-scaler/thresholds"
)

// whyWidth keeps the table within 120 columns.
const whyWidth = 50

func show(w io.Writer, format output, answer publisher.Answer) error {
	if format == asJSON {
		return indented(w, answer)
	}
	_, err := fmt.Fprintln(w, verdicts(answer))
	if groups := groups(answer); err == nil && groups != "" {
		_, err = fmt.Fprintln(w, groups)
	}
	return err
}

// groups are the Auto Scaling groups that were found by their tag.
func groups(answer publisher.Answer) string {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.AppendHeader(table.Row{"cluster", "group", "follows", "min", "desired", "max", "protected", "suspended"})
	for _, v := range answer.Clusters {
		for _, g := range v.Groups {
			follows := ""
			if g.Active {
				follows = "yes"
			}
			t.AppendRow(table.Row{v.Cluster, g.Name, follows, g.Min, g.Desired, g.Max, v.Instances.Protected, strings.Join(g.Suspended, ", ")})
		}
	}
	if t.Length() == 0 {
		return ""
	}
	return t.Render()
}

// newTable is a table of sentences: the last column, of this width, is wrapped.
func newTable(width int, header ...any) table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Options.SeparateRows = true
	t.AppendHeader(header)
	t.SetColumnConfigs([]table.ColumnConfig{
		{Name: "signal", Align: text.AlignRight}, {Name: "gap", Align: text.AlignRight},
		{Number: len(header), WidthMax: width, WidthMaxEnforcer: text.WrapSoft},
	})
	return t
}

func verdicts(answer publisher.Answer) string {
	t := newTable(whyWidth, "cluster", "hosts", "CPU", "memory", "GPU", "signal", "gap", "why")
	for _, v := range answer.Clusters {
		var against scaler.Thresholds
		if v.Thresholds != nil {
			against = *v.Thresholds
		}
		t.AppendRow(table.Row{
			v.Cluster,
			hosts(v),
			reserved(v.Reservation.CPU, against.CPU),
			reserved(v.Reservation.Memory, against.Memory),
			reserved(v.Reservation.GPU, against.GPU),
			signal(v),
			signed(v.InstanceGap),
			why(v),
		})
	}
	t.SetCaption("%s; reservation in percent, with its thresholds (scale_in_below–scale_out_at)", answer.Minute.Format("2006-01-02 15:04 MST"))
	return t.Render()
}

func hosts(v scaler.Verdict) string {
	if !v.Judged {
		return "-"
	}
	var text strings.Builder
	fmt.Fprint(&text, v.Hosts.Active)
	for _, other := range []struct {
		n    int
		word string
	}{
		{v.Hosts.Draining, "draining"},
		{v.Hosts.Disconnected, "disconnected"},
		{v.Hosts.Other, "other"},
		{v.Instances.Unregistered, "unregistered"},
		{v.Instances.Terminating, "terminating"},
	} {
		if other.n > 0 {
			fmt.Fprintf(&text, "\n+ %d %s", other.n, other.word)
		}
	}
	if v.UnplacedTasks > 0 {
		fmt.Fprintf(&text, "\nunplaced: %d", v.UnplacedTasks)
	}
	return text.String()
}

func signal(v scaler.Verdict) string {
	if v.ScaleOutBlocked {
		return signed(int(v.Signal)) + "\nblocked"
	}
	return signed(int(v.Signal))
}

func why(v scaler.Verdict) string {
	var text strings.Builder
	text.WriteString(strings.Join(v.Why, ";\n") + ".")
	if v.Headroom != nil && (v.Headroom.Tasks > 0 || v.Headroom.Fitted) {
		text.WriteString("\nHeadroom: " + v.Headroom.Why + ".")
	}
	for _, note := range v.Notes {
		if strings.Contains(text.String(), note) {
			continue // a reason has said it
		}
		text.WriteString("\nNote: " + note + ".")
	}
	return text.String()
}

func reserved(p *cluster.Percent, band thresholds.Band) string {
	if p == nil {
		return "-"
	}
	out := ""
	if band.ScaleOutAt == nil && band.ScaleInBelow == 100 {
		return fmt.Sprintf("%.1f", float64(*p)) // no threshold holds
	}
	if band.ScaleOutAt != nil {
		out = fmt.Sprintf("%g", *band.ScaleOutAt)
	}
	return fmt.Sprintf("%.1f (%g–%s)", float64(*p), band.ScaleInBelow, out)
}

func signed(n int) string {
	if n == 0 {
		return "0"
	}
	return fmt.Sprintf("%+d", n)
}
