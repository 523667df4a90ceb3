package theme

import (
	"image/color"

	"github.com/charmbracelet/x/ansi"
)

func rgb(hex uint32) color.Color {
	return color.RGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 0xff}
}

// palettes: ansi follows the colours that the user gave the terminal; dark and
// light are measured against their backgrounds by a test; cvd has no pair that
// differs in red and green alone.
var palettes = map[string]palette{
	"ansi": {
		accent: ansi.Cyan, added: ansi.Green, modified: ansi.Yellow, removed: ansi.Red, waste: ansi.Red,
		good: ansi.Green, link: ansi.Cyan, bar: ansi.Blue,
	},
	"dark": {
		accent: rgb(0x7dcfff), added: rgb(0x9ece6a), modified: rgb(0xe0af68), removed: rgb(0xff8a9a), waste: rgb(0xff9e64),
		good: rgb(0x9ece6a), link: rgb(0x7dcfff), bar: rgb(0x7aa2f7), dim: rgb(0x9aa5ce),
		selectedText: rgb(0xffffff), selectedBack: rgb(0x3d59a1),
	},
	"light": {
		accent: rgb(0x005f87), added: rgb(0x2e6b0f), modified: rgb(0x7a4f00), removed: rgb(0xb3002d), waste: rgb(0xa03000),
		good: rgb(0x2e6b0f), link: rgb(0x005f87), bar: rgb(0x2a5db0), dim: rgb(0x5a5a5a),
		selectedText: rgb(0xffffff), selectedBack: rgb(0x1f4e9e),
	},
	"mono": {},
	"cvd": {
		accent: rgb(0x88c0ff), added: rgb(0x6db6ff), modified: rgb(0xf0e442), removed: rgb(0xffa733), waste: rgb(0xffa733),
		good: rgb(0x6db6ff), link: rgb(0x88c0ff), bar: rgb(0x6db6ff), dim: rgb(0xb0b0b0),
		selectedText: rgb(0xffffff), selectedBack: rgb(0x1f4e9e),
	},
}

var cvdLight = palette{
	accent: rgb(0x004b8d), added: rgb(0x005fb8), modified: rgb(0x6b5b00), removed: rgb(0x9a4a00), waste: rgb(0x9a4a00),
	good: rgb(0x005fb8), link: rgb(0x004b8d), bar: rgb(0x005fb8), dim: rgb(0x595959),
	selectedText: rgb(0xffffff), selectedBack: rgb(0x1f4e9e),
}
