// Command sbom writes a CycloneDX bill of materials beside each Lambda package, from what the Go linker recorded in its
// bootstrap: the modules that are really in it, and nothing that was merely near.
//
//	sbom -version v1.2.3 dist/publisher_linux_arm64.zip…
//
// It depends on the bytes of the package alone, and so is as reproducible as they are.
// https://cyclonedx.org/docs/1.6/json/
package main

import (
	"archive/zip"
	"bytes"
	"cmp"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
)

func main() {
	version := flag.String("version", "", "the packages' version")
	flag.Parse()
	if *version == "" || flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "usage: sbom -version v1.2.3 function_linux_arch.zip…")
		os.Exit(2)
	}
	for _, path := range flag.Args() {
		if err := writeFile(path, *version); err != nil {
			fmt.Fprintf(os.Stderr, "sbom: %s: %v\n", path, err)
			os.Exit(1)
		}
	}
}

func writeFile(path, version string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	info, err := infoIn(text)
	if err != nil {
		return err
	}
	written, err := json.MarshalIndent(bill(filepath.Base(path), version, text, info), "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(strings.TrimSuffix(path, ".zip")+".cdx.json", append(written, '\n'), 0o644)
}

// infoIn is what the linker recorded in the package's bootstrap.
func infoIn(packaged []byte) (*debug.BuildInfo, error) {
	archive, err := zip.NewReader(bytes.NewReader(packaged), int64(len(packaged)))
	if err != nil {
		return nil, err
	}
	bootstrap, err := archive.Open("bootstrap")
	if err != nil {
		return nil, err
	}
	binary, err := io.ReadAll(bootstrap)
	if err = errors.Join(err, bootstrap.Close()); err != nil {
		return nil, err
	}
	return buildinfo.Read(bytes.NewReader(binary))
}

type document struct {
	Schema       string       `json:"$schema"`
	Format       string       `json:"bomFormat"`
	Spec         string       `json:"specVersion"`
	Version      int          `json:"version"`
	Metadata     metadata     `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Type    string `json:"type"`
	Ref     string `json:"bom-ref"`
	Name    string `json:"name"`
	Version string `json:"version"`
	PURL    string `json:"purl,omitempty"`
	Hashes  []hash `json:"hashes,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type dependency struct {
	Ref string   `json:"ref"`
	On  []string `json:"dependsOn"`
}

func bill(name, version string, packaged []byte, info *debug.BuildInfo) document {
	sum := sha256.Sum256(packaged)
	d := document{
		Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", Format: "CycloneDX", Spec: "1.6", Version: 1,
		Metadata: metadata{Component: component{
			Type: "application", Ref: name, Name: name, Version: version,
			Hashes: []hash{{Algorithm: "SHA-256", Content: hex.EncodeToString(sum[:])}},
		}},
		Components: []component{library("std", strings.TrimPrefix(info.GoVersion, "go"))},
	}
	for _, module := range info.Deps {
		if module.Replace != nil {
			module = module.Replace
		}
		d.Components = append(d.Components, library(module.Path, module.Version))
	}
	slices.SortFunc(d.Components, func(a, b component) int { return cmp.Compare(a.PURL, b.PURL) })
	on := make([]string, len(d.Components))
	for i, c := range d.Components {
		on[i] = c.Ref
	}
	d.Dependencies = []dependency{{Ref: name, On: on}}
	return d
}

// library is a Go module; its package URL is in lower case
// (https://github.com/package-url/purl-spec/blob/main/types-doc/golang-definition.md).
func library(path, version string) component {
	parts := strings.Split(strings.ToLower(path), "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	purl := "pkg:golang/" + strings.Join(parts, "/") + "@" + url.QueryEscape(version)
	return component{Type: "library", Ref: purl, Name: path, Version: version, PURL: purl}
}
