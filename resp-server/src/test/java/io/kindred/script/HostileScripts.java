package io.kindred.script;

import java.util.LinkedHashMap;
import java.util.Map;

/** Scripts that want to run for ever, or to have all of the memory or the stack. Each is named by what it attacks. */
final class HostileScripts {
    private HostileScripts() {}

    /** The script by its name. */
    static Map<String, String> all() {
        Map<String, String> all = new LinkedHashMap<>();
        loops(all);
        recursion(all);
        strings(all);
        patterns(all);
        tables(all);
        libraries(all);
        coroutines(all);
        return all;
    }

    private static void loops(Map<String, String> all) {
        all.put("while", "while true do end");
        all.put("repeat", "repeat until false");
        all.put("for", "for i=1,1e300 do end");
        all.put("for without a step", "for i=1,2,0.0000000001 do end");
        all.put("pcall in a loop", "while true do pcall(error,'x') end");
        all.put("pcall of a loop", "pcall(function() while true do end end) while true do end");
        all.put("xpcall whose handler loops", "xpcall(function() error('x') end, function() while true do end end)");
        all.put("error caught for ever", "local function f() pcall(f) f() end f()");
        all.put("tail calls", "local function f() return f() end f()");
        all.put(
                "tostring's metamethod",
                "local t=setmetatable({},{__tostring=function() while true do end end}) tostring(t)");
        all.put("index's metamethod", "local t=setmetatable({},{__index=function() while true do end end}) return t.x");
        all.put(
                "metatables in a ring",
                "local a,b={},{} setmetatable(a,{__index=b}) setmetatable(b,{__index=a}) while true do"
                        + " pcall(function() return a.x end) end");
        all.put("calls", "while true do redis.pcall('ping') end");
        all.put("load's reader", "while true do load(function() return '' end) end");
        all.put("load without an end", "load(function() return 'x=1 ' end)");
        all.put("compiling", "local s=('local x=1 '):rep(150) while true do loadstring(s) end");
        all.put("numbers' texts", "local s while true do s=tostring(1.7976931348623157e308/3) end");
        all.put("texts' numbers", "local s=('1'):rep(1e6) while true do local n=s+1 end");
        all.put("numbers in other bases", "local s=('1'):rep(1e6) while true do tonumber(s,2) end");
        all.put("sha1", "local s=('x'):rep(1e7) while true do redis.sha1hex(s) end");
    }

    private static void recursion(Map<String, String> all) {
        all.put("recursion", "local function f() return 1+f() end f()");
        all.put("recursion through pcall", "local function f() return pcall(f) end while true do f() end");
        all.put(
                "recursion through a metamethod",
                "local t={} setmetatable(t,{__index=function(t,k) return t[k] end}) return t.x");
        all.put("recursion through sort", "local function f() table.sort({2,1},f) end f()");
        all.put("recursion through gsub", "local function f() return (('x'):gsub('x',f)) end f()");
        all.put(
                "recursion through concat",
                "local t t=setmetatable({},{__concat=function() return t..'x' end}) return t..'x'");
        all.put(
                "recursion through call",
                "local t={} setmetatable(t,{__call=function(self) return self()+1 end}) return t()");
        all.put(
                "recursion through tostring",
                "local t={} setmetatable(t,{__tostring=function(s) return tostring(s) end}) return tostring(t)");
        all.put(
                "recursion with many locals",
                "local function f(a,b,c,d,e,g,h,i,j,k,l,m,n) local x,y,z=1,2,3 return"
                        + " f(a,b,c,d,e,g,h,i,j,k,l,m,n)+x+y+z end f()");
        all.put("parentheses", "return loadstring('return ' .. ('('):rep(1e5) .. '1' .. (')'):rep(1e5))()");
        all.put("a long sum", "return loadstring('return 1' .. ('+1'):rep(1e5))()");
        all.put("a long concatenation", "return loadstring('return 1' .. ('..1'):rep(1e5))()");
        all.put("a long chain of fields", "return loadstring('return t' .. ('.x'):rep(1e5))()");
        all.put("a long chain of calls", "return loadstring('return t' .. ('()'):rep(1e5))()");
        all.put("functions in functions", "return loadstring(('return function() '):rep(1e4) .. ('end '):rep(1e4))()");
        all.put("blocks in blocks", "return loadstring(('do '):rep(1e5) .. ('end '):rep(1e5))()");
        all.put("tables in tables", "return loadstring('return ' .. ('{'):rep(1e5) .. ('}'):rep(1e5))()");
        all.put("not not not", "return loadstring('return ' .. ('not '):rep(1e5) .. '1')()");
        all.put("many locals", "return loadstring(('local x '):rep(1e4))()");
        all.put("many arguments", "return loadstring('return f(' .. ('1,'):rep(1e4) .. '1)')()");
        all.put("many else", "return loadstring('if x then ' .. ('else if x then '):rep(1e4))()");
    }

    private static void strings(Map<String, String> all) {
        all.put("rep", "return ('x'):rep(2^31-1)");
        all.put("rep in a loop", "while true do pcall(string.rep,'x',1e7) end");
        all.put("doubling", "local s='x' while true do s=s..s end");
        all.put("kept strings", "local t={} for i=1,1e9 do t[i]=('x'):rep(1000)..i end");
        all.put("growing by one", "local s='' while true do s=s..'x' end");
        all.put("concat of a large table", "local t={} for i=1,100 do t[i]=('x'):rep(1e6) end return #table.concat(t)");
        all.put(
                "concat with a long separator",
                "local t={} for i=1,1000 do t[i]='' end return #table.concat(t,('x'):rep(1e6))");
        all.put("gsub that multiplies", "local s='x' while true do s=s:gsub('x','xxxxxxxxxx') end");
        all.put("gsub with a long replacement", "return (('x'):rep(1e4):gsub('x',('y'):rep(1e5)))");
        all.put(
                "format with a long text",
                "local s=('x'):rep(1e7) local t={} for i=1,100 do t[i]=string.format('%s%s',s,s) end");
        all.put("upper in a loop", "local s=('x'):rep(1e7) while true do s=s:upper() end");
        all.put("reverse in a loop", "local s=('x'):rep(1e7) while true do s=s:reverse() end");
        all.put("sub in a loop", "local s=('x'):rep(3e7) while true do local a=s:sub(2) end");
        all.put(
                "comparing long strings",
                "local a,b=('x'):rep(1e7)..'a',('x'):rep(1e7)..'b' while true do local x=a<b end");
        all.put(
                "equality of long strings",
                "local a,b=('x'):rep(1e7)..'a',('x'):rep(1e7)..'a' while true do local x=a==b end");
        all.put(
                "keys that are long strings",
                "local t={} local a,b=('x'):rep(1e7)..'a',('x'):rep(1e7)..'a' t[a]=1 while true do local x=t[b] end");
        all.put("plain find", "local s=('x'):rep(1e7) while true do s:find('y',1,true) end");
        all.put(
                "plain find that nearly matches",
                "local s,p=('x'):rep(1e6),('x'):rep(5e5)..'y' while true do s:find(p,1,true) end");
        all.put("byte", "local s=('x'):rep(7000) while true do s:byte(1,-1) end");
    }

    private static void patterns(Map<String, String> all) {
        all.put("lazy", "return ('a'):rep(1e5):find(('.-'):rep(50)..'b')");
        all.put("greedy", "return ('a'):rep(1e5):find(('.*'):rep(50)..'b')");
        all.put("optional", "return ('a'):rep(1e5):find(('a?'):rep(1e5)..'b')");
        all.put("optional, short", "return ('a'):rep(100):find(('a?'):rep(100)..('a'):rep(101))");
        all.put("sets", "return ('a'):rep(1e5):find('['..('b-c'):rep(1e4)..']*x')");
        all.put("captures", "return ('a'):rep(1e5):find('(.-)(.-)(.-)(.-)(.-)(.-)b')");
        all.put("balanced", "local s=('('):rep(1e5) while true do s:find('%b()') end");
        all.put("frontier", "local s=('a'):rep(1e6) while true do s:find('%f[b]') end");
        all.put("back reference", "return ('a'):rep(1e5):find('(.*)(.*)%1%2b')");
        all.put("gmatch", "for x in ('a'):rep(1e5):gmatch('.-.-.-.-b') do end while true do end");
        all.put("gsub", "return ('a'):rep(1e5):gsub('.-.-.-.-b','')");
        all.put("anchored", "local s=('a'):rep(1e6) while true do s:match('^(a*)*$b') s:match('^.-.-.-b') end");
        all.put("a long pattern", "local p=('a'):rep(1e6) local s=p while true do s:match(p) end");
    }

    private static void tables(Map<String, String> all) {
        all.put("array", "local t={} for i=1,1e9 do t[i]=i end");
        all.put("hash", "local t={} for i=1,1e9 do t['k'..i]=i end");
        all.put("nested", "local t={} while true do t={t} end");
        all.put("many tables", "local t={} while true do t[#t+1]={} end");
        all.put("sparse", "local t={} local i=1 while true do t[i]=1 i=i*1.0001+1 end");
        all.put("closures", "local t={} while true do local x=#t t[x+1]=function() return x end end");
        all.put("metatables", "local t={} while true do t=setmetatable({},{__index=t}) end");
        all.put(
                "next over what was deleted",
                "local t={} for i=1,1e5 do t['k'..i]=1 end for k in pairs(t) do t[k]=nil end while true do next(t)"
                        + " end");
        all.put("length of a sparse table", "local t={} for i=0,29 do t[2^i]=1 end while true do local n=#t end");
        all.put("colliding numbers", "local t={} for i=1,1e9 do t[i*2^40]=i end");
        all.put(
                "colliding strings",
                "local t={} local pad=('x'):rep(31) for i=1,1e9 do t[i..pad..('y'):rep(64)]=i end");
        all.put("insert at the front", "local t={} while true do table.insert(t,1,1) end");
        all.put(
                "remove at the front",
                "local t={} for i=1,1e5 do t[i]=i end while true do table.remove(t,1) table.insert(t,1) end");
        all.put("insert far away", "local t={} table.insert(t,-2^31,1)");
        all.put(
                "remove with a huge index",
                "local t=setmetatable({},{__index=function() return 1 end}) while true do table.remove(t,1)"
                        + " table.remove(t,2^31) end");
        all.put("concat of a huge range", "return table.concat({},'',1,2^31-1)");
        all.put(
                "concat of a huge range that is there",
                "local t=setmetatable({},{}) for i=1,10 do t[i]='' end while true do table.concat(t,'',1,10) end");
        all.put("unpack", "local t={} for i=1,7000 do t[i]=i end while true do select('#',unpack(t)) end");
        all.put("varargs", "local function f(...) return f(1,...) end f()");
        all.put(
                "varargs kept",
                "local function f(...) local n=select('#',...) if n<5000 then return f(1,...) end return n end while"
                        + " true do f() end");
        all.put(
                "sort with a bad order",
                "local t={} for i=1,1e5 do t[i]=i%7 end while true do pcall(table.sort,t,function(a,b) return true"
                        + " end) end");
        all.put("sort of equal elements", "local t={} for i=1,1e6 do t[i]=1 end while true do table.sort(t) end");
        all.put("maxn", "local t={} for i=1,1e6 do t[i]=1 end while true do table.maxn(t) end");
        all.put("foreach", "table.foreach({1},function() while true do end end)");
    }

    private static void libraries(Map<String, String> all) {
        all.put("json of a cycle", "local t={} t.t=t return cjson.encode(t)");
        all.put(
                "json of a cycle, deeper allowed",
                "cjson.encode_max_depth(1e9) local t={} t.t=t return cjson.encode(t)");
        all.put("json that unfolds", "local t={1} for i=1,100 do t={t,t} end return cjson.encode(t)");
        all.put("json deep", "cjson.decode_max_depth(1e9) return cjson.decode(('['):rep(1e6))");
        all.put("json of a sparse array", "cjson.encode_sparse_array(true,0) return cjson.encode({[2^31-1]=1})");
        all.put("json in a loop", "local s='['..('1,'):rep(1e5)..'1]' while true do cjson.decode(s) end");
        all.put(
                "json kept",
                "local s='['..('[],'):rep(1e5)..'1]' local t={} while true do t[#t+1]=cjson.decode(s) end");
        all.put("json strings", "local s=cjson.encode(('x'):rep(1e7)) while true do cjson.decode(s) end");
        all.put("json blanks", "local s=(' '):rep(1e7) while true do pcall(cjson.decode,s) end");
        all.put(
                "json keys",
                "local t={} for i=1,1e5 do t[i]='\"k'..i..'\":1' end local s='{'..table.concat(t,',')..'}' while true"
                        + " do cjson.decode(s) end");
        all.put("message that unfolds", "local t={1} for i=1,15 do t={t,t,t,t,t,t,t,t} end return cmsgpack.pack(t)");
        all.put("message of a cycle", "local t={} for i=1,8 do t[i]=t end return cmsgpack.pack(t)");
        all.put("message with a huge array", "return cmsgpack.unpack('\\221\\255\\255\\255\\255'..('\\1'):rep(1e7))");
        all.put("message with a huge map", "return cmsgpack.unpack('\\223\\255\\255\\255\\255'..('\\1'):rep(1e7))");
        all.put("message deep", "return cmsgpack.unpack(('\\145'):rep(1e6))");
        all.put("messages in a row", "local s=('\\1'):rep(1e6) while true do pcall(cmsgpack.unpack,s) end");
        all.put("struct", "local f=('i'):rep(1e6) while true do pcall(struct.unpack,f,f) end");
        all.put("struct with a huge size", "return struct.pack('c2147483647','x')");
        all.put("struct's sizes", "local f=('c2147483647'):rep(1e5) while true do struct.size(f) end");
        all.put("format's widths", "local f=('%99d'):rep(1e5) while true do pcall(string.format,f,1) end");
        all.put("bit", "while true do bit.bor(1,2,3) end");
        all.put("reply that unfolds", "local t={1} for i=1,100 do t={t,t} end return t");
        all.put("reply of a cycle", "local t={} t[1]=t t[2]=t return t");
        all.put(
                "reply that is wide",
                "local t={} for i=1,1e6 do t[i]=1 end local u={} for i=1,1000 do u[i]=t end return u");
        all.put("log", "local s=('x'):rep(1e6) while true do redis.log(1,s,s,s) end");
        all.put("dump", "return loadstring(string.dump(function() end))()");
        all.put("bytecode", "return loadstring('\\27Lua\\81\\0\\1\\4\\8\\4\\8\\0')()");
    }

    private static void coroutines(Map<String, String> all) {
        all.put(
                "many coroutines",
                "local t={} while true do local c=coroutine.wrap(function() coroutine.yield() end) c() t[#t+1]=c end");
        all.put("coroutines in coroutines", "local function f() return coroutine.wrap(f)() end f()");
        all.put(
                "coroutines in coroutines, caught",
                "local function f() return pcall(coroutine.wrap(f)) end while true do f() end");
        all.put(
                "yield for ever",
                "local c=coroutine.wrap(function() while true do coroutine.yield() end end) while true do c() end");
        all.put(
                "deep coroutines kept",
                "local t={} while true do local function f(n) if n==0 then coroutine.yield() return 1 end return"
                        + " 1+f(n-1) end local c=coroutine.create(function() f(1000) end) coroutine.resume(c) t[#t+1]=c"
                        + " end");
        all.put("coroutines made and left", "while true do coroutine.wrap(function() coroutine.yield() end)() end");
        all.put(
                "coroutine in gsub",
                "while true do ('x'):gsub('x',coroutine.wrap(function() while true do coroutine.yield('y') end end))"
                        + " end");
        all.put("gmatch kept", "local t={} while true do t[#t+1]=(('x'):rep(1e5)..#t):gmatch('.') end");
    }
}
