package packages_test
import ("fmt";"testing";"runtime";"os";"runtime/pprof";"context";"runtime/debug";"time"
"peel/analyzer";"peel/analyzer/packages";"peel/source";"peel/source/layer")
func TestTmp(t *testing.T){
 debug.SetGCPercent(40)
 runtime.MemProfileRate=8192
 k,_:=packages.NewKeeper()
 st:=func(w string){ var m runtime.MemStats; runtime.GC(); runtime.ReadMemStats(&m); t.Log(w,"live",m.HeapAlloc>>20,"sys",m.HeapSys>>20); f,_:=os.Create("/tmp/pkgs/heap-"+w+".prof"); pprof.WriteHeapProfile(f); f.Close()}
 st("start")
 sc:=layer.Options{Inspectors:[]layer.Inspector{k}}
 img,err:=source.Open(context.Background(),"/tmp/pkgs/img/three.tar",source.Options{Scan:sc})
 if err!=nil{t.Fatal(err)}
 a,_:=analyzer.Start(context.Background(),img,analyzer.Options{Scan:sc}).Wait()
 st("read"); 
 in:=packages.Image{Tree:a.Tree,Reference:"x"}
 for i:=range a.Layers{ in.Layers=append(in.Layers,packages.Layer{DiffID:a.Layers[i].DiffID,Index:a.Layers[i].Index})}
 go func(){ for i:=0;i<60;i++ { time.Sleep(150*time.Millisecond); f,_:=os.Create(fmt.Sprintf("/tmp/pkgs/hp/%03d",i)); pprof.WriteHeapProfile(f); f.Close(); var m runtime.MemStats; runtime.ReadMemStats(&m); t.Log(i,m.HeapAlloc>>20,m.HeapSys>>20,m.NextGC>>20,m.HeapInuse>>20,m.StackInuse>>20,m.HeapReleased>>20)}}()
 inv,err:=packages.Catalog(context.Background(),in,packages.Options{Documents:true,})
 if err!=nil{t.Fatal(err)}
 t.Log("cataloged"); f,_:=os.Create("/tmp/pkgs/out.json"); inv.Encode(f,packages.SyftJSON); f.Close()
 st("done")
 runtime.KeepAlive(inv); runtime.KeepAlive(a)
}
