package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
)

func TestTheBillNamesWhatIsLinked(t *testing.T) {
	info := &debug.BuildInfo{GoVersion: "go1.26.8", Deps: []*debug.Module{
		{Path: "golang.org/x/sync", Version: "v0.24.0"},
		{Path: "github.com/Owner/Name/v2", Version: "v2.1.0+incompatible"},
		{Path: "example.com/old", Version: "v1.0.0", Replace: &debug.Module{Path: "example.com/new", Version: "v1.0.1"}},
	}}
	d := bill("publisher_linux_arm64.zip", "v1.2.3", []byte("zip"), info)
	var purls []string
	for _, c := range d.Components {
		purls = append(purls, c.PURL)
	}
	got := strings.Join(purls, " ")
	want := "pkg:golang/example.com/new@v1.0.1 pkg:golang/github.com/owner/name/v2@v2.1.0%2Bincompatible pkg:golang/golang.org/x/sync@v0.24.0 pkg:golang/std@1.26.8"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if sum := d.Metadata.Component.Hashes[0].Content; sum != "4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2" {
		t.Errorf("the hash is %q", sum)
	}
	if len(d.Dependencies) != 1 || len(d.Dependencies[0].On) != 4 || d.Dependencies[0].Ref != d.Metadata.Component.Ref {
		t.Errorf("the package depends on all: %v", d.Dependencies)
	}
}

func TestTheBillIsWrittenBesideItsPackage(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	binary, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	var packaged bytes.Buffer
	archive := zip.NewWriter(&packaged)
	file, err := archive.Create("bootstrap")
	if err != nil {
		t.Fatal(err)
	}
	if _, err = file.Write(binary); err != nil {
		t.Fatal(err)
	}
	if err = archive.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "drainer_linux_amd64.zip")
	if err = os.WriteFile(path, packaged.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if err = writeFile(path, "v1.2.3"); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(strings.TrimSuffix(path, ".zip") + ".cdx.json")
	if err != nil {
		t.Fatal(err)
	}
	var d document
	if err = json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	if d.Format != "CycloneDX" || d.Spec != "1.6" || d.Metadata.Component.Version != "v1.2.3" || d.Metadata.Component.Name != "drainer_linux_amd64.zip" {
		t.Errorf("got %+v", d.Metadata)
	}
	if err := writeFile(self, "v1.2.3"); err == nil {
		t.Error("what is no zip has no bill")
	}
}
