document.querySelectorAll("table[data-sort]").forEach(function(t){
var h=t.tHead.rows[0].cells,s=document.getElementById("sorted"),l=document.documentElement.lang;
Array.prototype.forEach.call(h,function(th,i){
th.querySelector("button").addEventListener("click",function(){
var up=th.getAttribute("aria-sort")!=="ascending";
Array.prototype.forEach.call(h,function(o){o.setAttribute("aria-sort","none")});
th.setAttribute("aria-sort",up?"ascending":"descending");
var r=Array.prototype.slice.call(t.tBodies[0].rows);
r.sort(function(a,c){
var x=a.cells[i].dataset.v,y=c.cells[i].dataset.v;
if(x===""||y==="")return x===y?0:x===""?1:-1;
var n=x-y,d=isNaN(n)?x.localeCompare(y,l):n;
return up?d:-d});
r.forEach(function(x){t.tBodies[0].appendChild(x)});
s.textContent=(up?s.dataset.up:s.dataset.down).replace("\u2026",th.textContent)})})});
