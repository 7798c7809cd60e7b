package main

import (
	"encoding/xml"
	"fmt"
)

// The part of the JUnit format that CI systems read: a suite for each notebook, a case for each code cell.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Time     string      `xml:"time,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		Time    string        `xml:"time,attr"`
		Failure *junitMessage `xml:"failure"`
		Skipped *junitMessage `xml:"skipped"`
	}
	junitMessage struct {
		Text string `xml:"message,attr"`
	}
)

// junit renders the results. A failure outside of any cell becomes a case named "notebook".
func junit(results []result) ([]byte, error) {
	var all junitSuites
	for _, r := range results {
		suite := junitSuite{Name: r.path, Time: seconds(r.seconds)}
		outside := r.failure
		for i, c := range r.cells {
			test := junitCase{Name: fmt.Sprintf("cell %d", i+1), Class: r.path, Time: seconds(c.seconds)}
			switch {
			case c.failure != nil:
				test.Failure, outside = &junitMessage{c.failure.Error()}, nil
				suite.Failures++
			case !c.ran:
				test.Skipped = &junitMessage{"not reached"}
				suite.Skipped++
			}
			suite.Cases = append(suite.Cases, test)
		}
		if outside != nil {
			suite.Cases = append(suite.Cases, junitCase{Name: "notebook", Class: r.path, Time: suite.Time, Failure: &junitMessage{outside.Error()}})
			suite.Failures++
		}
		suite.Tests = len(suite.Cases)
		all.Tests += suite.Tests
		all.Failures += suite.Failures
		all.Suites = append(all.Suites, suite)
	}
	text, err := xml.MarshalIndent(all, "", "  ")
	return append([]byte(xml.Header), append(text, '\n')...), err
}

func seconds(s float64) string { return fmt.Sprintf("%.3f", s) }
