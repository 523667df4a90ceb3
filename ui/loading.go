package ui

import (
	"fmt"
	"time"

	"peel/analyzer"
	"peel/ui/text"
)

// progressAfter is how long a reading takes before it gets a pane of its own:
// for a shorter one the screen would only flicker.
const progressAfter = 300 * time.Millisecond

// rateWindow is over how long the rate is averaged.
const rateWindow = 3 * time.Second

// rateMeter tells how fast bytes come.
type rateMeter struct {
	start   time.Time
	samples []sample
}

type sample struct {
	at    time.Time
	bytes int64
}

func (r *rateMeter) add(at time.Time, bytes int64) {
	r.samples = append(r.samples, sample{at, bytes})
	for len(r.samples) > 2 && at.Sub(r.samples[0].at) > rateWindow {
		r.samples = r.samples[1:]
	}
}

// perSecond is the rate in bytes; 0 if it is not known yet.
func (r *rateMeter) perSecond() int64 {
	if len(r.samples) < 2 {
		return 0
	}
	first, last := r.samples[0], r.samples[len(r.samples)-1]
	d := last.at.Sub(first.at)
	if d < progressAfter {
		return 0
	}
	return int64(float64(last.bytes-first.bytes) / d.Seconds())
}

func (r *rateMeter) last() sample {
	if len(r.samples) == 0 {
		return sample{at: r.start}
	}
	return r.samples[len(r.samples)-1]
}

// showProgress reports whether the reading has a pane.
func (m *Model) showProgress() bool {
	return m.on(m.explore()) && m.phase == ready && m.analysis != nil && !m.analysis.Finished &&
		m.rate.last().at.Sub(m.rate.start) >= progressAfter
}

func (m *Model) progressView(r rect) []string {
	a := m.analysis
	done := 0
	for i := range a.Layers {
		if a.Layers[i].State >= analyzer.Read {
			done++
		}
	}
	title := "Reading " + m.hide().oneLine(sourceName(m.image))
	first := newLine(r.w-2, nil).space(1)
	read := m.rate.last().bytes
	total, known := a.Compressed()
	if known && total > 0 {
		first.add(m.th.Text, text.Bytes(read)+" of "+text.Bytes(total)+"  ")
		tail := fmt.Sprintf("  %3d%%", min(read*100/total, 100))
		if rate := m.rate.perSecond(); rate > 0 {
			left := time.Duration(float64(max(total-read, 0)) / float64(rate) * float64(time.Second))
			tail += "   " + text.Bytes(rate) + "/s   about " + text.Age(left) + " left"
		}
		first.add(m.th.Bar, text.Gauge(read, total, max(first.left-text.Width(tail)-1, 0)))
		first.add(m.th.Text, tail)
	} else {
		first.add(m.th.Text, text.Bytes(read)+" read")
		if rate := m.rate.perSecond(); rate > 0 {
			first.add(m.th.Text, "   "+text.Bytes(rate)+"/s")
		}
	}
	second := newLine(r.w-2, nil).space(1)
	words := fmt.Sprintf("%d of %s read. Finished layers can be browsed now. ", done, text.Plural(len(a.Layers), "layer"))
	if w := m.waitingWords(); w != "" {
		words = w + ". "
	} else if done == len(a.Layers) {
		words = "All layers are read. What is attached to the image is still looked at. "
	}
	second.add(m.th.Dim, words)
	if m.stopped {
		second.add(m.th.Dim, "Stopping"+text.Ellipsis)
	} else {
		second.add(m.th.Key, "Esc").add(m.th.Dim, " stops reading.")
	}
	return frame(m.th, r, title, "", false, []string{first.String(), second.String()})
}

// nothingYet is said in place of the files of an image of which no layer is
// read.
func (m *Model) nothingYet() []string {
	switch {
	case len(m.analysis.Layers) == 0:
		return []string{"This image has no layers: it was built from scratch and holds nothing but a configuration.", "", "4 shows its history, 5 its configuration."}
	case m.analysis.Finished:
		return []string{"No layer could be read."}
	}
	return []string{"Files appear here as soon as the lowest layer is read.", "", "4 History and 5 Raw are complete already."}
}

// notRead is said in place of the files of a layer that is not read.
func (m *Model) notRead(l *analyzer.Layer) []string {
	switch {
	case l.Err != nil:
		return []string{"This layer could not be read:", text.OneLine(errText(l.Err))}
	case l.State == analyzer.Read:
		return []string{"Listing the files of this layer" + text.Ellipsis}
	case m.analysis.Finished || m.stopped:
		return []string{"This layer was not read: the reading was stopped before."}
	case l.State == analyzer.Reading:
		return []string{"This layer is being read.", "", "Its files appear here when it is complete."}
	}
	return []string{"This layer is queued: it is not read yet."}
}

// emptyLayer is said in place of the files of a layer that has none.
func (m *Model) emptyLayer(l *analyzer.Layer) []string {
	if l.Err != nil {
		return []string{"This layer could not be read:", text.OneLine(errText(l.Err))}
	}
	say := []string{"This layer has no files."}
	if s := instruction(l.CreatedBy); s != "" {
		say = append(say, "Made by: "+s)
	}
	if m.explore().onlyOne {
		say = append(say, "", "c shows the files of all layers up to it; [ and ] go to another layer.")
	}
	return say
}
