package main

import (
	"bytes"
	"testing"

	"peel/source/sample"
)

// Guards against a sample.tar that its generator would not write.
func TestSampleIsUpToDate(t *testing.T) {
	b, err := build(sample.Containerfile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b, sample.Archive()) {
		t.Error("sample.tar is out of date: run go generate ./source/sample")
	}
}

func TestStepsAndFilesMustMatch(t *testing.T) {
	for _, text := range []string{
		"FROM debian\nRUN true\n",
		sample.Containerfile + "RUN one more\n",
		sample.Containerfile + "FOO bar\n",
	} {
		if _, err := build(text); err == nil {
			t.Errorf("no error for %.30q", text)
		}
	}
}
