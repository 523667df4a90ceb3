package sample

// What the image holds. Bytes are of regular files, uncompressed; a hard link
// has none of its own.
const (
	LayerCount = 10
	StepCount  = 15  // history entries, five of them without a layer
	EntryCount = 201 // tar entries of all layers, whiteouts included

	PathCount = 145 // of the merged file system, directories included
	FileCount = 84  // regular files of the merged file system, hard links not counted

	TotalBytes   = 2_149_208 // in all layers
	VisibleBytes = 1_390_711 // in the merged file system
	WastedBytes  = TotalBytes - VisibleBytes
)

// Kind is what is wrong with a planted path.
type Kind string

// The first five waste the Bytes of the path's version in Layer; the layer
// that makes them waste is Cause.
const (
	Overwritten Kind = "overwritten" // by other content
	Identical   Kind = "identical"   // written again with the same content and metadata
	Metadata    Kind = "metadata"    // written again with the same content and another mode
	Deleted     Kind = "deleted"     // by a whiteout of it or of a directory above
	Opaque      Kind = "opaque"      // deleted by an opaque directory

	Secret        Kind = "secret"
	PackageCache  Kind = "package cache"
	Duplicate     Kind = "duplicate" // the content of another path
	VCS           Kind = "vcs"
	Bytecode      Kind = "bytecode" // beside its source
	Litter        Kind = "litter"
	Setuid        Kind = "setuid"
	HardLink      Kind = "hard link" // a second name, without bytes
	WorldWritable Kind = "world-writable"
)

// Wastes tells the kinds whose bytes add up to WastedBytes.
func (k Kind) Wastes() bool {
	switch k {
	case Overwritten, Identical, Metadata, Deleted, Opaque:
		return true
	}
	return false
}

// Plant is one fault.
type Plant struct {
	Kind  Kind
	Path  string // without a leading slash
	Layer int    // where the faulty version is, counted from 1
	Cause int    // for waste and deleted secrets: the later layer; otherwise 0
	Bytes int64
}

// Planted is every fault that a path has. Those of the config and of the
// history are in the package comment. The caller must not change it.
var Planted = []Plant{
	{Overwritten, "var/lib/dpkg/status", 1, 2, 2_392},
	{Overwritten, "app/data/catalog.json", 3, 6, 55_686},

	{Identical, "app/static/app.js", 3, 5, 60_000},
	{Identical, "app/static/logo.png", 3, 5, 24_000},
	{Identical, "app/static/style.css", 3, 5, 26_000},

	{Metadata, "app/bin/resize", 3, 10, 48_000},
	{Metadata, "app/lib/libimage.so", 3, 10, 64_000},
	{Metadata, "app/lib/libpdf.so", 3, 10, 38_000},

	{Deleted, "app/.env", 3, 7, 300},
	{Deleted, "app/deploy_key.pem", 3, 7, 119},
	{Deleted, "app/node_modules/.cache/bundler/0a1f.js", 3, 7, 120_000},
	{Deleted, "app/node_modules/.cache/bundler/77c2.js", 3, 7, 110_000},
	{Deleted, "app/node_modules/.cache/bundler/index.pack", 3, 7, 90_000},

	{Opaque, "app/uploads/example-1.jpg", 3, 9, 70_000},
	{Opaque, "app/uploads/example-2.jpg", 3, 9, 50_000},

	{Secret, "app/.env", 3, 7, 300},
	{Secret, "app/deploy_key.pem", 3, 7, 119},

	{PackageCache, "var/cache/apt/archives/curl_7.88.1-10+deb12u8_amd64.deb", 2, 0, 44_224},
	{PackageCache, "var/cache/apt/archives/python3.11_3.11.2-6+deb12u5_amd64.deb", 2, 0, 113_856},
	{PackageCache, "var/lib/apt/lists/deb.debian.org_debian_dists_bookworm_InRelease", 2, 0, 8_000},
	{PackageCache, "var/lib/apt/lists/deb.debian.org_debian_dists_bookworm_main_binary-amd64_Packages", 2, 0, 153_710},

	{Duplicate, "usr/local/bin/resize", 4, 0, 48_000},

	{VCS, "app/.git/HEAD", 3, 0, 21},
	{VCS, "app/.git/config", 3, 0, 113},
	{VCS, "app/.git/logs/HEAD", 3, 0, 152},
	{VCS, "app/.git/objects/pack/pack-5f1c0e8a7d3b2946c1f0a9e8d7b6c5a4938271f0.pack", 3, 0, 4_000},

	{Bytecode, "app/shop/__pycache__/cart.cpython-311.pyc", 3, 0, 6_000},
	{Bytecode, "app/shop/__pycache__/orders.cpython-311.pyc", 3, 0, 8_000},

	{Litter, "app/Containerfile", 3, 0, 759},
	{Litter, "var/log/apt/history.log", 2, 0, 274},

	{Setuid, "usr/bin/passwd", 1, 0, 14_000},
	{Setuid, "usr/bin/su", 1, 0, 16_000},
	{Setuid, "usr/local/bin/shop-backup", 8, 0, 32_000},
	{HardLink, "usr/local/bin/shop-restore", 8, 0, 0},

	{WorldWritable, "app/uploads", 9, 0, 0},
}
