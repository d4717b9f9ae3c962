package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

// recordAnonymous makes a recording anonymous, in a file of its own. No file is replaced: the names are in the first one only.
func recordAnonymous(cmd *cobra.Command, f recordFlags) error {
	for _, flag := range []string{"for", "every", "from-cloudwatch", "since"} {
		if cmd.Flags().Changed(flag) {
			return fmt.Errorf("--from-file reads a recording that is there; leave --%s out", flag)
		}
	}
	if !f.anonymous {
		return errors.New("--from-file only makes a recording anonymous; add --anonymous")
	}
	if f.out == "" {
		ending := filepath.Ext(f.fromFile)
		f.out = strings.TrimSuffix(f.fromFile, ending) + "-anonymous" + ending
	}
	r, err := readRecording(f.fromFile)
	if err != nil {
		return err
	}
	if r.Anonymous {
		return fmt.Errorf("%s is anonymous already", f.fromFile)
	}
	if err := vacant(f.out); err != nil {
		return err
	}
	if err := writableRecording("--out", f.out); err != nil {
		return err
	}
	r = r.Anonymised()
	if err := writeRecording("--out", f.out, r); err != nil {
		return err
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "No name of %s is left in %s. Times, counts, sizes and instance types are.\n%s\n", f.fromFile, f.out, summary(f.out, r))
	return err
}

// madeAnonymous says how a recording that is there is made anonymous.
func madeAnonymous(path string) string {
	return fmt.Sprintf("to make a recording anonymous: clusterscaler record --from-file %s --anonymous", path)
}
