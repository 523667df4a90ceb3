package packages
import ("peel/source/layer";"fmt";"sort")
func Dbg(idx *layer.Index){ k:=keptOf(idx); type r struct{n string; s,z int64}; var l []r; var tot int64
for i,c:=range k.files { l=append(l,r{idx.Entries[i].Path,c.stored(),c.size}); tot+=c.stored()}
sort.Slice(l,func(a,b int)bool{return l[a].s>l[b].s}); fmt.Println(len(l),tot>>20)
for i:=0;i<len(l)&&i<22;i++{fmt.Println(l[i])}
ex:=map[string]int64{}; for _,x:=range l { e:=x.n; if len(e)>4{e=e[len(e)-5:]}; ex[e]+=x.s}
type q struct{e string;s int64}; var qq []q; for e,s:=range ex{qq=append(qq,q{e,s})}; sort.Slice(qq,func(a,b int)bool{return qq[a].s>qq[b].s}); if len(qq)>12 {qq=qq[:12]}; fmt.Println(qq)}
