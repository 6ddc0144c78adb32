-- Reads and writes, through the cache and around it.
server {
  name = "lab",
  users = { alice = "wonderland" },
  shares = { public = { files = { ["big.bin"] = { random = 300000, seed = 7 } } } },
}
link { server = "lab", latency = "200us", bandwidth = "100MB/s" }
user { name = "alice", password = "wonderland" }

local function sum(path, options)
  local status, file = NtCreateFile { path = path, access = "read", options = options }
  expect(status, "STATUS_SUCCESS")
  local hash, bytes, offset = sha256(), buffer(65536), 0
  while true do
    local status, count = NtReadFile { handle = file, buffer = bytes, offset = offset }
    if status == "STATUS_END_OF_FILE" then break end
    expect(status, "STATUS_SUCCESS")
    hash:update(bytes, count)
    offset = offset + count
  end
  expect(NtClose(file), "STATUS_SUCCESS")
  return hash:hex(), offset
end

process("reader", { user = "alice" }, function()
  local cached, length = sum([[\\lab\public\big.bin]], "sequential")
  local uncached = sum([[\\lab\public\big.bin]], "no_intermediate_buffering")
  expect(length, 300000)
  expect(cached, uncached)

  log("write through the cache, flush, and look at the server's own copy")
  local status, file = NtCreateFile {
    path = [[\\lab\public\new.bin]], access = "read|write", share = "none", disposition = "create",
  }
  expect(status, "STATUS_SUCCESS")
  local bytes = buffer(100000)
  bytes:random(42, 0)
  local status, count = NtWriteFile { handle = file, buffer = bytes, offset = 0 }
  expect(status, "STATUS_SUCCESS")
  expect(count, 100000)
  expect(NtFlushBuffersFile(file), "STATUS_SUCCESS")

  log("read it back before it is closed")
  local back = buffer(100000)
  local status, count = NtReadFile { handle = file, buffer = back, offset = 0 }
  expect(status, "STATUS_SUCCESS")
  expect(back:string() == bytes:string(), "what was read is what was written")
  expect(NtClose(file), "STATUS_SUCCESS")
  expect(server_file("lab", "public", "new.bin") == bytes:string(), "the server holds what was written")

  log("write around the cache")
  local status, file = NtCreateFile {
    path = [[\\lab\public\direct.bin]], access = "read|write", share = "none", disposition = "create",
    options = "no_intermediate_buffering|write_through",
  }
  expect(status, "STATUS_SUCCESS")
  local block = buffer(65536)
  block:random(43, 0)
  expect(NtWriteFile { handle = file, buffer = block, offset = 0 }, "STATUS_SUCCESS")
  expect(server_file("lab", "public", "direct.bin") == block:string(), "an uncached write reaches the server at once")
  expect(NtClose(file), "STATUS_SUCCESS")
end)
