var e=Object.defineProperty,t=(t,n)=>{let r={};for(var i in t)e(r,i,{get:t[i],enumerable:!0});return n||e(r,Symbol.toStringTag,{value:`Module`}),r},n=globalThis,r=n.ShadowRoot&&(n.ShadyCSS===void 0||n.ShadyCSS.nativeShadow)&&`adoptedStyleSheets`in Document.prototype&&`replace`in CSSStyleSheet.prototype,i=Symbol(),a=/* @__PURE__ */ new WeakMap,o=class{constructor(e,t,n){if(this._$cssResult$=!0,n!==i)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=e,this.t=t}get styleSheet(){let e=this.o,t=this.t;if(r&&e===void 0){let n=t!==void 0&&t.length===1;n&&(e=a.get(t)),e===void 0&&((this.o=e=new CSSStyleSheet).replaceSync(this.cssText),n&&a.set(t,e))}return e}toString(){return this.cssText}},s=e=>new o(typeof e==`string`?e:e+``,void 0,i),c=(e,...t)=>new o(e.length===1?e[0]:t.reduce((t,n,r)=>t+(e=>{if(!0===e._$cssResult$)return e.cssText;if(typeof e==`number`)return e;throw Error(`Value passed to 'css' function must be a 'css' function result: `+e+`. Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.`)})(n)+e[r+1],e[0]),e,i),l=(e,t)=>{if(r)e.adoptedStyleSheets=t.map(e=>e instanceof CSSStyleSheet?e:e.styleSheet);else for(let r of t){let t=document.createElement(`style`),i=n.litNonce;i!==void 0&&t.setAttribute(`nonce`,i),t.textContent=r.cssText,e.appendChild(t)}},u=r?e=>e:e=>e instanceof CSSStyleSheet?(e=>{let t=``;for(let n of e.cssRules)t+=n.cssText;return s(t)})(e):e,{is:d,defineProperty:f,getOwnPropertyDescriptor:ee,getOwnPropertyNames:te,getOwnPropertySymbols:ne,getPrototypeOf:re}=Object,p=globalThis,m=p.trustedTypes,ie=m?m.emptyScript:``,ae=p.reactiveElementPolyfillSupport,h=(e,t)=>e,g={toAttribute(e,t){switch(t){case Boolean:e=e?ie:null;break;case Object:case Array:e=e==null?e:JSON.stringify(e)}return e},fromAttribute(e,t){let n=e;switch(t){case Boolean:n=e!==null;break;case Number:n=e===null?null:Number(e);break;case Object:case Array:try{n=JSON.parse(e)}catch{n=null}}return n}},oe=(e,t)=>!d(e,t),_={attribute:!0,type:String,converter:g,reflect:!1,useDefault:!1,hasChanged:oe};Symbol.metadata??=Symbol(`metadata`),p.litPropertyMetadata??=/* @__PURE__ */ new WeakMap;var v=class extends HTMLElement{static addInitializer(e){this._$Ei(),(this.l??=[]).push(e)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(e,t=_){if(t.state&&(t.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(e)&&((t=Object.create(t)).wrapped=!0),this.elementProperties.set(e,t),!t.noAccessor){let n=Symbol(),r=this.getPropertyDescriptor(e,n,t);r!==void 0&&f(this.prototype,e,r)}}static getPropertyDescriptor(e,t,n){let{get:r,set:i}=ee(this.prototype,e)??{get(){return this[t]},set(e){this[t]=e}};return{get:r,set(t){let a=r?.call(this);i?.call(this,t),this.requestUpdate(e,a,n)},configurable:!0,enumerable:!0}}static getPropertyOptions(e){return this.elementProperties.get(e)??_}static _$Ei(){if(this.hasOwnProperty(h(`elementProperties`)))return;let e=re(this);e.finalize(),e.l!==void 0&&(this.l=[...e.l]),this.elementProperties=new Map(e.elementProperties)}static finalize(){if(this.hasOwnProperty(h(`finalized`)))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(h(`properties`))){let e=this.properties,t=[...te(e),...ne(e)];for(let n of t)this.createProperty(n,e[n])}let e=this[Symbol.metadata];if(e!==null){let t=litPropertyMetadata.get(e);if(t!==void 0)for(let[e,n]of t)this.elementProperties.set(e,n)}this._$Eh=/* @__PURE__ */ new Map;for(let[e,t]of this.elementProperties){let n=this._$Eu(e,t);n!==void 0&&this._$Eh.set(n,e)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(e){let t=[];if(Array.isArray(e)){let n=new Set(e.flat(1/0).reverse());for(let e of n)t.unshift(u(e))}else e!==void 0&&t.push(u(e));return t}static _$Eu(e,t){let n=t.attribute;return!1===n?void 0:typeof n==`string`?n:typeof e==`string`?e.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(e=>this.enableUpdating=e),this._$AL=/* @__PURE__ */ new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(e=>e(this))}addController(e){(this._$EO??=/* @__PURE__ */ new Set).add(e),this.renderRoot!==void 0&&this.isConnected&&e.hostConnected?.()}removeController(e){this._$EO?.delete(e)}_$E_(){let e=/* @__PURE__ */ new Map,t=this.constructor.elementProperties;for(let n of t.keys())this.hasOwnProperty(n)&&(e.set(n,this[n]),delete this[n]);e.size>0&&(this._$Ep=e)}createRenderRoot(){let e=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return l(e,this.constructor.elementStyles),e}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(e=>e.hostConnected?.())}enableUpdating(e){}disconnectedCallback(){this._$EO?.forEach(e=>e.hostDisconnected?.())}attributeChangedCallback(e,t,n){this._$AK(e,n)}_$ET(e,t){let n=this.constructor.elementProperties.get(e),r=this.constructor._$Eu(e,n);if(r!==void 0&&!0===n.reflect){let i=(n.converter?.toAttribute===void 0?g:n.converter).toAttribute(t,n.type);this._$Em=e,i==null?this.removeAttribute(r):this.setAttribute(r,i),this._$Em=null}}_$AK(e,t){let n=this.constructor,r=n._$Eh.get(e);if(r!==void 0&&this._$Em!==r){let e=n.getPropertyOptions(r),i=typeof e.converter==`function`?{fromAttribute:e.converter}:e.converter?.fromAttribute===void 0?g:e.converter;this._$Em=r;let a=i.fromAttribute(t,e.type);this[r]=a??this._$Ej?.get(r)??a,this._$Em=null}}requestUpdate(e,t,n,r=!1,i){if(e!==void 0){let a=this.constructor;if(!1===r&&(i=this[e]),n??=a.getPropertyOptions(e),!((n.hasChanged??oe)(i,t)||n.useDefault&&n.reflect&&i===this._$Ej?.get(e)&&!this.hasAttribute(a._$Eu(e,n))))return;this.C(e,t,n)}!1===this.isUpdatePending&&(this._$ES=this._$EP())}C(e,t,{useDefault:n,reflect:r,wrapped:i},a){n&&!(this._$Ej??=/* @__PURE__ */ new Map).has(e)&&(this._$Ej.set(e,a??t??this[e]),!0!==i||a!==void 0)||(this._$AL.has(e)||(this.hasUpdated||n||(t=void 0),this._$AL.set(e,t)),!0===r&&this._$Em!==e&&(this._$Eq??=/* @__PURE__ */ new Set).add(e))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(e){Promise.reject(e)}let e=this.scheduleUpdate();return e!=null&&await e,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[e,t]of this._$Ep)this[e]=t;this._$Ep=void 0}let e=this.constructor.elementProperties;if(e.size>0)for(let[t,n]of e){let{wrapped:e}=n,r=this[t];!0!==e||this._$AL.has(t)||r===void 0||this.C(t,void 0,n,r)}}let e=!1,t=this._$AL;try{e=this.shouldUpdate(t),e?(this.willUpdate(t),this._$EO?.forEach(e=>e.hostUpdate?.()),this.update(t)):this._$EM()}catch(t){throw e=!1,this._$EM(),t}e&&this._$AE(t)}willUpdate(e){}_$AE(e){this._$EO?.forEach(e=>e.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(e)),this.updated(e)}_$EM(){this._$AL=/* @__PURE__ */ new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(e){return!0}update(e){this._$Eq&&=this._$Eq.forEach(e=>this._$ET(e,this[e])),this._$EM()}updated(e){}firstUpdated(e){}};v.elementStyles=[],v.shadowRootOptions={mode:`open`},v[h(`elementProperties`)]=/* @__PURE__ */ new Map,v[h(`finalized`)]=/* @__PURE__ */ new Map,ae?.({ReactiveElement:v}),(p.reactiveElementVersions??=[]).push(`2.1.2`);var se=globalThis,ce=e=>e,le=se.trustedTypes,y=le?le.createPolicy(`lit-html`,{createHTML:e=>e}):void 0,b=`$lit$`,x=`lit$${Math.random().toFixed(9).slice(2)}$`,ue=`?`+x,de=`<${ue}>`,fe=document,S=()=>fe.createComment(``),pe=e=>e===null||typeof e!=`object`&&typeof e!=`function`,me=Array.isArray,he=e=>me(e)||typeof e?.[Symbol.iterator]==`function`,ge=`[ 	
\f\r]`,_e=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,ve=/-->/g,ye=/>/g,be=RegExp(`>|${ge}(?:([^\\s"'>=/]+)(${ge}*=${ge}*(?:[^ \t\n\f\r"'\`<>=]|("|')|))|$)`,`g`),xe=/'/g,C=/"/g,Se=/^(?:script|style|textarea|title)$/i,Ce=e=>(t,...n)=>({_$litType$:e,strings:t,values:n}),w=Ce(1),we=Ce(2),Te=Symbol.for(`lit-noChange`),T=Symbol.for(`lit-nothing`),Ee=/* @__PURE__ */ new WeakMap,De=fe.createTreeWalker(fe,129);function Oe(e,t){if(!me(e)||!e.hasOwnProperty(`raw`))throw Error(`invalid template strings array`);return y===void 0?t:y.createHTML(t)}var E=(e,t)=>{let n=e.length-1,r=[],i,a=t===2?`<svg>`:t===3?`<math>`:``,o=_e;for(let t=0;t<n;t++){let n=e[t],s,c,l=-1,u=0;for(;u<n.length&&(o.lastIndex=u,c=o.exec(n),c!==null);)u=o.lastIndex,o===_e?c[1]===`!--`?o=ve:c[1]===void 0?c[2]===void 0?c[3]!==void 0&&(o=be):(Se.test(c[2])&&(i=RegExp(`</`+c[2],`g`)),o=be):o=ye:o===be?c[0]===`>`?(o=i??_e,l=-1):c[1]===void 0?l=-2:(l=o.lastIndex-c[2].length,s=c[1],o=c[3]===void 0?be:c[3]===`"`?C:xe):o===C||o===xe?o=be:o===ve||o===ye?o=_e:(o=be,i=void 0);let d=o===be&&e[t+1].startsWith(`/>`)?` `:``;a+=o===_e?n+de:l>=0?(r.push(s),n.slice(0,l)+b+n.slice(l)+x+d):n+x+(l===-2?t:d)}return[Oe(e,a+(e[n]||`<?>`)+(t===2?`</svg>`:t===3?`</math>`:``)),r]},ke=class e{constructor({strings:t,_$litType$:n},r){let i;this.parts=[];let a=0,o=0,s=t.length-1,c=this.parts,[l,u]=E(t,n);if(this.el=e.createElement(l,r),De.currentNode=this.el.content,n===2||n===3){let e=this.el.content.firstChild;e.replaceWith(...e.childNodes)}for(;(i=De.nextNode())!==null&&c.length<s;){if(i.nodeType===1){if(i.hasAttributes())for(let e of i.getAttributeNames())if(e.endsWith(b)){let t=u[o++],n=i.getAttribute(e).split(x),r=/([.?@])?(.*)/.exec(t);c.push({type:1,index:a,name:r[2],strings:n,ctor:r[1]===`.`?Me:r[1]===`?`?Ne:r[1]===`@`?Pe:je}),i.removeAttribute(e)}else e.startsWith(x)&&(c.push({type:6,index:a}),i.removeAttribute(e));if(Se.test(i.tagName)){let e=i.textContent.split(x),t=e.length-1;if(t>0){i.textContent=le?le.emptyScript:``;for(let n=0;n<t;n++)i.append(e[n],S()),De.nextNode(),c.push({type:2,index:++a});i.append(e[t],S())}}}else if(i.nodeType===8){if(i.data===ue)c.push({type:2,index:a});else{let e=-1;for(;(e=i.data.indexOf(x,e+1))!==-1;)c.push({type:7,index:a}),e+=x.length-1}}a++}}static createElement(e,t){let n=fe.createElement(`template`);return n.innerHTML=e,n}};function D(e,t,n=e,r){if(t===Te)return t;let i=r===void 0?n._$Cl:n._$Co?.[r],a=pe(t)?void 0:t._$litDirective$;return i?.constructor!==a&&(i?._$AO?.(!1),a===void 0?i=void 0:(i=new a(e),i._$AT(e,n,r)),r===void 0?n._$Cl=i:(n._$Co??=[])[r]=i),i!==void 0&&(t=D(e,i._$AS(e,t.values),i,r)),t}var Ae=class{constructor(e,t){this._$AV=[],this._$AN=void 0,this._$AD=e,this._$AM=t}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(e){let{el:{content:t},parts:n}=this._$AD,r=(e?.creationScope??fe).importNode(t,!0);De.currentNode=r;let i=De.nextNode(),a=0,o=0,s=n[0];for(;s!==void 0;){if(a===s.index){let t;s.type===2?t=new O(i,i.nextSibling,this,e):s.type===1?t=new s.ctor(i,s.name,s.strings,this,e):s.type===6&&(t=new Fe(i,this,e)),this._$AV.push(t),s=n[++o]}a!==s?.index&&(i=De.nextNode(),a++)}return De.currentNode=fe,r}p(e){let t=0;for(let n of this._$AV)n!==void 0&&(n.strings===void 0?n._$AI(e[t]):(n._$AI(e,n,t),t+=n.strings.length-2)),t++}},O=class e{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(e,t,n,r){this.type=2,this._$AH=T,this._$AN=void 0,this._$AA=e,this._$AB=t,this._$AM=n,this.options=r,this._$Cv=r?.isConnected??!0}get parentNode(){let e=this._$AA.parentNode,t=this._$AM;return t!==void 0&&e?.nodeType===11&&(e=t.parentNode),e}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(e,t=this){e=D(this,e,t),pe(e)?e===T||e==null||e===``?(this._$AH!==T&&this._$AR(),this._$AH=T):e!==this._$AH&&e!==Te&&this._(e):e._$litType$===void 0?e.nodeType===void 0?he(e)?this.k(e):this._(e):this.T(e):this.$(e)}O(e){return this._$AA.parentNode.insertBefore(e,this._$AB)}T(e){this._$AH!==e&&(this._$AR(),this._$AH=this.O(e))}_(e){this._$AH!==T&&pe(this._$AH)?this._$AA.nextSibling.data=e:this.T(fe.createTextNode(e)),this._$AH=e}$(e){let{values:t,_$litType$:n}=e,r=typeof n==`number`?this._$AC(e):(n.el===void 0&&(n.el=ke.createElement(Oe(n.h,n.h[0]),this.options)),n);if(this._$AH?._$AD===r)this._$AH.p(t);else{let e=new Ae(r,this),n=e.u(this.options);e.p(t),this.T(n),this._$AH=e}}_$AC(e){let t=Ee.get(e.strings);return t===void 0&&Ee.set(e.strings,t=new ke(e)),t}k(t){me(this._$AH)||(this._$AH=[],this._$AR());let n=this._$AH,r,i=0;for(let a of t)i===n.length?n.push(r=new e(this.O(S()),this.O(S()),this,this.options)):r=n[i],r._$AI(a),i++;i<n.length&&(this._$AR(r&&r._$AB.nextSibling,i),n.length=i)}_$AR(e=this._$AA.nextSibling,t){for(this._$AP?.(!1,!0,t);e!==this._$AB;){let t=ce(e).nextSibling;ce(e).remove(),e=t}}setConnected(e){this._$AM===void 0&&(this._$Cv=e,this._$AP?.(e))}},je=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(e,t,n,r,i){this.type=1,this._$AH=T,this._$AN=void 0,this.element=e,this.name=t,this._$AM=r,this.options=i,n.length>2||n[0]!==``||n[1]!==``?(this._$AH=Array(n.length-1).fill(/* @__PURE__ */ new String),this.strings=n):this._$AH=T}_$AI(e,t=this,n,r){let i=this.strings,a=!1;if(i===void 0)e=D(this,e,t,0),a=!pe(e)||e!==this._$AH&&e!==Te,a&&(this._$AH=e);else{let r=e,o,s;for(e=i[0],o=0;o<i.length-1;o++)s=D(this,r[n+o],t,o),s===Te&&(s=this._$AH[o]),a||=!pe(s)||s!==this._$AH[o],s===T?e=T:e!==T&&(e+=(s??``)+i[o+1]),this._$AH[o]=s}a&&!r&&this.j(e)}j(e){e===T?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,e??``)}},Me=class extends je{constructor(){super(...arguments),this.type=3}j(e){this.element[this.name]=e===T?void 0:e}},Ne=class extends je{constructor(){super(...arguments),this.type=4}j(e){this.element.toggleAttribute(this.name,!!e&&e!==T)}},Pe=class extends je{constructor(e,t,n,r,i){super(e,t,n,r,i),this.type=5}_$AI(e,t=this){if((e=D(this,e,t,0)??T)===Te)return;let n=this._$AH,r=e===T&&n!==T||e.capture!==n.capture||e.once!==n.once||e.passive!==n.passive,i=e!==T&&(n===T||r);r&&this.element.removeEventListener(this.name,this,n),i&&this.element.addEventListener(this.name,this,e),this._$AH=e}handleEvent(e){typeof this._$AH==`function`?this._$AH.call(this.options?.host??this.element,e):this._$AH.handleEvent(e)}},Fe=class{constructor(e,t,n){this.element=e,this.type=6,this._$AN=void 0,this._$AM=t,this.options=n}get _$AU(){return this._$AM._$AU}_$AI(e){D(this,e)}},Ie=se.litHtmlPolyfillSupport;Ie?.(ke,O),(se.litHtmlVersions??=[]).push(`3.3.3`);var Le=(e,t,n)=>{let r=n?.renderBefore??t,i=r._$litPart$;if(i===void 0){let e=n?.renderBefore??null;r._$litPart$=i=new O(t.insertBefore(S(),e),e,void 0,n??{})}return i._$AI(e),i},k=globalThis,A=class extends v{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let e=super.createRenderRoot();return this.renderOptions.renderBefore??=e.firstChild,e}update(e){let t=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(e),this._$Do=Le(t,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return Te}};A._$litElement$=!0,A.finalized=!0,k.litElementHydrateSupport?.({LitElement:A});var Re=k.litElementPolyfillSupport;Re?.({LitElement:A}),(k.litElementVersions??=[]).push(`4.2.2`);var j=e=>(t,n)=>{n===void 0?customElements.define(e,t):n.addInitializer(()=>{customElements.define(e,t)})},ze={attribute:!0,type:String,converter:g,reflect:!1,hasChanged:oe},Be=(e=ze,t,n)=>{let{kind:r,metadata:i}=n,a=globalThis.litPropertyMetadata.get(i);if(a===void 0&&globalThis.litPropertyMetadata.set(i,a=/* @__PURE__ */ new Map),r===`setter`&&((e=Object.create(e)).wrapped=!0),a.set(n.name,e),r===`accessor`){let{name:r}=n;return{set(n){let i=t.get.call(this);t.set.call(this,n),this.requestUpdate(r,i,e,!0,n)},init(t){return t!==void 0&&this.C(r,void 0,e,t),t}}}if(r===`setter`){let{name:r}=n;return function(n){let i=this[r];t.call(this,n),this.requestUpdate(r,i,e,!0,n)}}throw Error(`Unsupported decorator location: `+r)};function M(e){return(t,n)=>typeof n==`object`?Be(e,t,n):((e,t,n)=>{let r=t.hasOwnProperty(n);return t.constructor.createProperty(n,e),r?Object.getOwnPropertyDescriptor(t,n):void 0})(e,t,n)}function N(e){return M({...e,state:!0,attribute:!1})}var Ve=(e,t,n)=>(n.configurable=!0,n.enumerable=!0,Reflect.decorate&&typeof t!=`object`&&Object.defineProperty(e,t,n),n);function He(e,t){return(n,r,i)=>{let a=t=>t.renderRoot?.querySelector(e)??null;if(t){let{get:e,set:t}=typeof r==`object`?n:i??(()=>{let e=Symbol();return{get(){return this[e]},set(t){this[e]=t}}})();return Ve(n,r,{get(){let n=e.call(this);return n===void 0&&(n=a(this),(n!==null||this.hasUpdated)&&t.call(this,n)),n}})}return Ve(n,r,{get(){return a(this)}})}}var P=class extends Error{constructor(e,t,n,r,i){super(n),this.status=e,this.code=t,this.detail=n,this.faults=r,this.retryAfter=i}},Ue=class extends Error{},We=class extends Error{},Ge=e=>e instanceof P&&(e.status===429||e.status===503),Ke=4,F=10,qe=class{#e;#t;constructor(e,t){this.base=e,this.getToken=t,this.#e=null,this.#t=!1,this.whenBusy=/* @__PURE__ */ new Set,this.get=(e,t={})=>this.#n(`get`,e,t),this.post=(e,t={})=>this.#n(`post`,e,t),this.put=(e,t={})=>this.#n(`put`,e,t),this.delete=(e,t={})=>this.#n(`delete`,e,t),this.#s=null}async#n(e,t,n){let r={method:e.toUpperCase(),body:n.body===void 0?void 0:JSON.stringify(n.body),headers:{...n.body===void 0?{}:{"Content-Type":`application/json`},...n.headers},signal:n.signal};return this.ask(Je(t,n),r,e=>e.status===204?void 0:e.json())}async ask(e,t,n){let r=await this.#r(e,t);return Ye(t.signal,async()=>await n(r))}async#r(e,t){for(let n=1,r=!1;;n++){let i=await this.#i(e,t);if(i.ok||i.status===304)return i;if(i.status===401){if(this.#e=null,this.#t=!0,r)throw new We;r=!0;continue}let a=await Xe(i),o=a.retryAfter??F;if(!Ge(a)||n>=Ke||o>F)throw a;await this.#a(o,t.signal)}}async#i(e,t){let n=new Headers(t.headers);n.set(`Authorization`,`Bearer ${await this.#c()}`);let r={...t,headers:n,credentials:`omit`,cache:`no-store`};return Ye(t.signal,()=>fetch(this.base+e,r))}async#a(e,t){try{for(let n=e;n>0;n--)this.#o(n),await Ze(Math.min(n,1)*1e3,t)}finally{this.#o(0)}}#o(e){for(let t of this.whenBusy)t(e)}#s;async#c(){if(this.#e!==null)return this.#e;try{this.#s??=this.getToken(this.#t).finally(()=>this.#s=null);let e=await this.#s;if(!/^[\x21-\x7e]+$/.test(e))throw new We;return this.#t=!1,this.#e=e}catch{throw new We}}};function Je(e,t){let n=e.replace(/\{(\w+)\}/g,(e,n)=>encodeURIComponent(t.path?.[n]??``)),r=new URLSearchParams;for(let[e,n]of Object.entries(t.query??{}))n!=null&&n!==``&&r.set(e,String(n));return r.size?`${n}?${r}`:n}async function Ye(e,t){try{return await t()}catch(t){throw e?.aborted?t:new Ue}}async function Xe(e){let t=await e.json().catch(()=>({})),n=e.status===503||e.status===429;if(!t.code&&e.status>=500&&!n)throw new Ue;let r=Number(e.headers.get(`Retry-After`)??NaN);return new P(e.status,t.code??`unexplained`,t.detail||t.title||``,t.errors??[],Number.isFinite(r)?r:null)}function Ze(e,t){return new Promise((n,r)=>{let i=()=>{clearTimeout(a),r(t.reason)},a=setTimeout(()=>{t?.removeEventListener(`abort`,i),n()},e);t?.addEventListener(`abort`,i,{once:!0})})}var Qe=()=>Array.from(crypto.getRandomValues(/* @__PURE__ */ new Uint8Array(16)),e=>e.toString(16).padStart(2,`0`)).join(``),$e=5e3,et=15e3,tt=/* @__PURE__ */ new Set([`completed`,`cancelled`,`expired`]);async function nt(e,t,n,r){let i={batch:null,tag:``};for(let a=0;!r.aborted;)try{await I(e,t,i,r),a=0,n.changed(i.batch),i.batch.finished_at?await Ze($e,r):await rt(e,t,i,n,r)}catch(e){if(r.aborted||(n.lost(e),e instanceof We||e instanceof P&&e.status<500&&e.status!==429))return;await Ze(Math.min(1e3*2**a++,et),r).catch(()=>{})}}async function I(e,t,n,r){let i=n.tag?{"If-None-Match":n.tag}:{};await e.ask(`/mass-replies/${t}`,{headers:i,signal:r},async e=>{e.status!==304&&(n.batch=await e.json(),n.tag=e.headers.get(`ETag`)??``)})}async function rt(e,t,n,r,i){let a=new AbortController,o={headers:{Accept:`text/event-stream`},signal:AbortSignal.any([i,a.signal])};try{await e.ask(`/mass-replies/${t}/events?deliveries=false`,o,async e=>{for await(let t of it(e.body)){let e=JSON.parse(t);if(e.status!==n.batch.status)return;n.batch={...n.batch,...e},r.changed(n.batch)}})}finally{a.abort()}}async function*it(e){let t=e.pipeThrough(new TextDecoderStream).getReader(),n=``;for(;;){let{value:e,done:r}=await t.read();if(r)return;let i=(n+e).split(`

`);n=i.pop();for(let e of i){let t=e.split(`
`).filter(e=>e.startsWith(`data: `));t.length&&(yield t.map(e=>e.slice(6)).join(`
`))}}}var at=c`
  :host {
    --accent: var(--mass-reply-accent, light-dark(#0b57d0, #a8c7fa));
    --on-accent: var(--mass-reply-on-accent, light-dark(#fff, #0a1f44));
    --ink: var(--mass-reply-ink, light-dark(#1b1c1f, #e8e8ea));
    --soft: var(--mass-reply-soft-ink, light-dark(#5a5e66, #a9adb5));
    --paper: var(--mass-reply-paper, light-dark(#fff, #1c1d20));
    --shade: var(--mass-reply-shade, light-dark(#f4f5f7, #26282c));
    --line: var(--mass-reply-line, light-dark(#d9dbe0, #3c3f45));
    --control: light-dark(#7b808a, #8b9099);
    --danger: var(--mass-reply-danger, light-dark(#b3261e, #f2b8b5));
    --on-danger: light-dark(#fff, #601410);
    --amber: light-dark(#7a4b00, #ffcf7d);
    --amber-paper: light-dark(#fff4de, #3a2d12);
    --good: light-dark(#146c2e, #7fd99a);
    --radius: var(--mass-reply-radius, 8px);
    font: 14px/20px var(--mass-reply-font, system-ui, sans-serif);
    color: var(--ink);
    font-variant-numeric: tabular-nums;
  }
  * {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
`,ot=c`
  h1,
  h2,
  h3,
  p,
  dl,
  dd,
  ul,
  ol,
  fieldset {
    margin: 0;
    padding: 0;
    border: 0;
  }
  h2 {
    font-size: 22px;
    line-height: 28px;
    font-weight: 600;
    text-wrap: balance;
  }
  h3 {
    font-size: 14px;
    font-weight: 600;
  }
  ul,
  ol {
    list-style: none;
  }
  button,
  input,
  textarea,
  select {
    font: inherit;
    color: inherit;
  }
  button {
    min-height: 36px;
    padding: 4px 14px;
    border: 1px solid var(--control);
    border-radius: var(--radius);
    background: var(--paper);
    cursor: pointer;
  }
  button:where(:hover:not(:disabled)) {
    background: var(--shade);
  }
  button:disabled {
    opacity: 0.55;
    cursor: default;
  }
  button.main {
    background: var(--accent);
    border-color: var(--accent);
    color: var(--on-accent);
    font-weight: 600;
  }
  button.grave {
    background: var(--danger);
    border-color: var(--danger);
    color: var(--on-danger);
    font-weight: 600;
    font-size: 16px;
    padding: 8px 20px;
  }
  button.main:hover:not(:disabled),
  button.grave:hover:not(:disabled) {
    filter: brightness(1.08);
  }
  button.plain {
    border-color: transparent;
    background: none;
    padding: 4px 8px;
  }
  button.plain:hover:not(:disabled) {
    background: var(--shade);
  }
  button.stop {
    color: var(--danger);
  }
  a {
    color: var(--accent);
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  input:not([type='checkbox'], [type='radio'], [type='file']),
  textarea,
  select {
    background: var(--paper);
    border: 1px solid var(--control);
    border-radius: var(--radius);
    padding: 7px 10px;
    min-height: 38px;
    max-width: 100%;
  }
  input[type='number'] {
    width: 88px;
  }
  input[type='checkbox'],
  input[type='radio'] {
    width: 18px;
    height: 18px;
    margin: 0;
    accent-color: var(--accent);
    flex: none;
  }
  label.choice {
    display: flex;
    gap: 8px;
    align-items: center;
    min-height: 32px;
  }
  .soft {
    color: var(--soft);
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    align-items: center;
  }
  .spread {
    justify-content: space-between;
  }
  .stack {
    display: grid;
    gap: 12px;
    align-content: start;
    grid-template-columns: minmax(0, 1fr);
  }
  .note {
    border-left: 4px solid var(--control);
    background: var(--shade);
    padding: 8px 12px;
    border-radius: var(--radius);
  }
  .note.amber {
    border-color: var(--amber);
    background: var(--amber-paper);
  }
  .note.bad {
    border-color: var(--danger);
  }
  .card {
    border: 1px solid var(--line);
    border-radius: var(--radius);
    padding: 12px;
  }
  .bubble {
    background: var(--shade);
    border-radius: var(--radius);
    padding: 12px;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .spoken {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  details > summary {
    cursor: pointer;
    min-height: 24px;
  }
  table {
    width: 100%;
    border-collapse: collapse;
  }
  th {
    text-align: left;
    font-weight: 600;
    color: var(--soft);
  }
  th,
  td {
    padding: 6px 8px;
    border-bottom: 1px solid var(--line);
    vertical-align: top;
    overflow-wrap: anywhere;
  }
  td button {
    min-height: 28px;
    padding: 0 8px;
    margin: -4px 0;
  }
  .number {
    text-align: right;
    white-space: nowrap;
  }
  .scroll {
    overflow: auto;
    max-height: 320px;
  }
  .mail {
    width: 100%;
    height: 180px;
    resize: vertical;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: #fff;
    color-scheme: light;
  }
  mass-reply-people:empty {
    display: none;
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      transition: none !important;
      animation: none !important;
    }
  }
`,st=c`
  dialog {
    width: min(1080px, 100vw);
    height: min(780px, 100dvh);
    max-width: none;
    max-height: none;
    padding: 0;
    border: 1px solid var(--line);
    border-radius: calc(var(--radius) * 1.5);
    background: var(--paper);
    color: inherit;
    overflow: hidden;
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 0.45);
  }
  .part {
    display: block;
    min-height: 0;
    overflow: auto;
  }
  .options {
    border-top: 1px solid var(--line);
    padding-top: 12px;
  }
  .indent {
    padding-left: 26px;
  }
  .options .row {
    padding: 2px 0;
  }
  .options p:last-child {
    padding-top: 8px;
  }
  .unseen {
    visibility: hidden;
  }
  .inner {
    padding: 8px 0 8px 16px;
  }
  .pager {
    padding: 8px 0;
  }
  .lower {
    align-self: end;
  }
  .people li {
    display: flex;
    gap: 8px;
    padding: 4px 0;
  }
  .line {
    white-space: nowrap;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  details[open] > .line {
    white-space: normal;
  }
  .top h2 {
    font-size: 26px;
    line-height: 32px;
  }
  h2:focus {
    outline: none;
  }
  .sheet {
    display: grid;
    grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr);
    height: 100%;
  }
  .top {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 4px 16px;
    padding: 20px 24px 12px;
    border-bottom: 1px solid var(--line);
  }
  .under {
    grid-column: 1 / -1;
    min-height: 24px;
  }
  .body {
    overflow: auto;
    padding: 16px 24px;
    display: grid;
    gap: 16px;
    align-content: start;
    grid-template-columns: minmax(0, 1fr);
  }
  .foot {
    display: flex;
    flex-wrap: wrap;
    gap: 12px;
    align-items: center;
    justify-content: flex-end;
    padding: 12px 24px;
    border-top: 1px solid var(--line);
    background: var(--paper);
  }
  .foot .say {
    flex: 1 1 200px;
  }
  .columns {
    display: grid;
    gap: 24px;
    grid-template-columns: minmax(0, 3fr) minmax(0, 2fr);
  }
  .text {
    position: relative;
  }
  .text textarea {
    display: block;
    width: 100%;
    min-height: 176px;
    resize: vertical;
  }
  .listbox {
    position: absolute;
    inset: auto 8px 8px;
    max-height: 150px;
    overflow: auto;
    background: var(--paper);
    border: 1px solid var(--control);
    border-radius: var(--radius);
    box-shadow: 0 4px 16px rgb(0 0 0 / 0.2);
  }
  .listbox li {
    padding: 6px 12px;
    cursor: pointer;
    display: flex;
    gap: 12px;
  }
  .listbox li span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .listbox [aria-selected='true'] {
    background: var(--accent);
    color: var(--on-accent);
  }
  .preview .bubble {
    height: 176px;
    overflow: auto;
  }
  [role='tablist'] {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
  }
  [role='tab'] {
    min-height: 32px;
    border-color: transparent;
    background: none;
    padding: 2px 10px;
  }
  [role='tab'][aria-selected='true'] {
    border-color: var(--accent);
    font-weight: 600;
  }
  .big {
    font-size: 28px;
    line-height: 36px;
    font-weight: 650;
  }
  .samples {
    display: grid;
    gap: 12px;
    grid-template-columns: repeat(auto-fit, minmax(220px, 1fr));
  }
  .samples .bubble {
    max-height: 200px;
    overflow: auto;
  }
  .bar {
    display: grid;
    grid-template-columns: 88px minmax(60px, 1fr) minmax(0, 2fr);
    gap: 4px 12px;
    align-items: center;
    min-height: 32px;
  }
  .bar svg {
    width: 100%;
    height: 12px;
    border-radius: 6px;
    background: var(--line);
    display: block;
  }
  .bar .reached {
    fill: var(--accent);
  }
  .bar .failed {
    fill: var(--danger);
  }
  .bar .uncertain {
    fill: var(--amber);
  }
  .bar .skipped {
    fill: var(--control);
  }
  .field {
    display: grid;
    gap: 4px;
    justify-items: start;
  }
  @media (max-width: 720px) {
    dialog {
      width: 100vw;
      height: 100dvh;
      border: 0;
      border-radius: 0;
    }
    .columns {
      grid-template-columns: minmax(0, 1fr);
      gap: 16px;
    }
    .top {
      padding: 12px 16px 8px;
    }
    .body {
      padding: 12px 16px;
    }
    .foot {
      padding: 8px 16px;
    }
    .top h2 {
      font-size: 20px;
      line-height: 26px;
    }
    .bar {
      grid-template-columns: 80px minmax(0, 1fr);
    }
    .bar > :last-child {
      grid-column: 1 / -1;
    }
  }
`,ct=/* @__PURE__ */ t({batch_statuses:()=>ft,channels:()=>ut,codes:()=>ht,preflight_warnings:()=>mt,problems:()=>gt,reasons:()=>pt,sentences:()=>lt,statuses:()=>dt,tags:()=>L}),lt={will_get:{one:`{n} of {of} conversations will get this message`,other:`{n} of {of} conversations will get this message`},will_get_all:{one:`1 conversation will get this message`,other:`All {n} conversations will get this message`},opening:`One moment …`,not_opened:`This could not be opened yet.`,not_counted:`The conversations could not be counted yet.`,counting:`Counting the conversations …`,selected_only:{one:`1 conversation is selected`,other:`{n} conversations are selected`},counted_on_review:`Who can be reached is worked out on Review.`,nobody_left_out:`Nobody is left out.`,left_out:{one:`1 will not get it`,other:`{n} will not get it`},review:`Review`,back:`Back`,close:`Close`,send_to:{one:`Send to 1 conversation`,other:`Send to {n} conversations`},cannot_be_recalled:`This cannot be recalled once it is sent.`,message:`Message`,message_hint:`Type / for a snippet.`,preview:`Preview`,preview_empty:`Write a text to see it as a customer gets it.`,preview_nobody:`Nobody of those shown would get this text.`,previous:`Previous recipient`,next:`Next recipient`,place_of:`{i} of {n}`,to:`To {name}`,unnamed:`a customer without a name`,insert_tag:`Insert a value`,insert:`Insert`,if_missing:`If it is missing, write`,snippets:`Snippets`,attach:`Attach a file`,attaching:`Uploading {name} …`,remove:`Remove {name}`,without_file:`goes without the file`,with_file:`goes with the file`,options:`Options`,mark_as_done:`Mark as Done when it is sent`,hold:`Hold for 30 s so that it can be undone`,schedule:`Send later`,schedule_at:`Date and time`,sample:`First a sample of`,sample_unit:`then wait for me`,blank:`Where a value is missing, leave it blank and send`,blank_hint:`Otherwise these people are left out.`,template:`WhatsApp template for closed windows`,template_name:`Name of the approved template`,template_language:`Language`,template_parameters:`Values, one a line`,segments:{one:`1 SMS segment`,other:`{n} SMS segments`},used_of_bytes:`{used} of {n} bytes`,used_of_characters:`{used} of {n} characters`,warnings:`Good to know`,confirm_title:{one:`1 conversation will get this message`,other:`{n} conversations will get this message`},changed:`It was {before} when you looked before; it is {n} now.`,changed_more:{one:`One more than before.`,other:`{n} more than before.`},changed_less:{one:`One fewer than before.`,other:`{n} fewer than before.`},frozen:`The selection is frozen: exactly these get it, whatever changes meanwhile.`,text_for:`What they will read`,costs:`What it costs`,costs_nothing:`No billed messages.`,cost_sms:{one:`1 SMS segment`,other:`{n} SMS segments`},cost_whatsapp:{one:`1 WhatsApp message inside the window`,other:`{n} WhatsApp messages inside the window`},cost_template:{one:`1 WhatsApp template message`,other:`{n} WhatsApp template messages`},type_number:`Type {n} to confirm the number`,expires:`Confirm until {time}.`,preparing:{one:`Preparing 1 conversation …`,other:`Preparing {n} conversations …`},preparing_of:`Preparing: {done} of {n}`,preparing_hint:`You can close this; it goes on.`,will_hold:`It is held for 30 s first, and can be undone.`,will_schedule:`It is sent on {time}.`,will_sample:{one:`One goes first; the others wait for you.`,other:`{n} go first; the others wait for you.`},will_mark_done:`The conversations are marked as Done.`,in_name_of:`It goes out in the name of {name}.`,will_ask:`A second person must approve it first.`,asks_above:{one:`Above 1 recipient a second person must approve.`,other:`Above {n} recipients a second person must approve.`},expired:`This was not confirmed in time. Nothing was sent.`,review_again:`Review again`,undo:`Undo`,sends_in:`Sends in {n} s`,sends_at:`Sends on {time}`,sending:`Sending: {done} of {n}`,you_can_close:`You can close this; it goes on.`,pause:`Pause`,resume:`Go on`,stop:`Stop for good`,stop_sure:`Stop for good? What is not sent yet will never be sent.`,keep_sending:`Keep sending`,paused_person:`Paused.`,paused_sample:{one:`The sample is sent. One other waits.`,other:`The sample is sent. {n} others wait.`},paused_failures:`Paused, because many failed. Look at the reasons before you go on.`,paused_account:`Paused: an account cannot send.`,go_on_with:{one:`Go on with the other one`,other:`Go on with the other {n}`},sent_to:{one:`Sent to 1.`,other:`Sent to {n}.`},n_failed:{one:`1 failed.`,other:`{n} failed.`},n_unknown:{one:`1 is not known.`,other:`{n} are not known.`},n_cancelled:{one:`1 was not sent.`,other:`{n} were not sent.`},undone:`Undone. Nothing was sent.`,waits:`{channel} waits: {reason}`,waits_until:`{channel} waits until {time}: {reason}`,try_again:`Try again`,awaits_approval:`Waits for a second person`,awaits_approval_hint:{one:`Somebody else must approve it before 1 conversation gets this message.`,other:`Somebody else must approve it before {n} conversations get this message.`},approve:{one:`Approve sending to 1 conversation`,other:`Approve sending to {n} conversations`},reject:`Reject`,reject_reason:`Why not?`,rejected_by:`{name} rejected it: {reason}`,rejected_title:`Rejected. Nothing was sent.`,asked_by:`{name} wants to send this`,withdraw:`Withdraw`,results:`Results`,retry_hint:`Only failures that may pass are sent again.`,retry_n:{one:`Try 1 again`,other:`Try {n} again`},retry_none:`None of these can pass by itself, so trying again would not help.`,export:`Export as CSV`,follow_up:`Write to those who got it`,follow_up_failed:`Write to those who did not`,not_again:`It is not sent again by itself.`,mark:`What happened to the ticked ones?`,mark_sent:`They were sent`,mark_not_sent:`They were not sent`,mark_again:`Not sent: send again`,mark_risk:`If it arrived after all, the customer gets it twice.`,mark_why:`How do you know?`,settling:`can be decided from {time}`,find:`Find a customer`,tick_shown:{one:`Tick the one shown`,other:`Tick the {n} shown`},pages:`Pages`,page_back:`Back`,page_on:`Next`,page_of:`{range} of {n}`,loading:`Loading …`,nothing_here:`Nothing here.`,by_channel:`By channel`,offline:`No connection. Nothing is lost: it goes on. This shows the last known state of {time}.`,offline_write:`No connection. Your text is kept.`,unreachable:`The service does not answer. Nothing was changed, as far as this page knows.`,no_answer:`The service does not answer.`,session_over:`Your session is over. Your text is kept.`,session_over_watch:`Your session is over. What is being sent goes on.`,sign_in_again:`Sign in again`,session_ended:`Your session is over`,busy:`The service is busy. Trying again in {n} s …`,overloaded:`The service has too much to do just now. Wait a little, then try again.`,no_permission:`Your role can look at conversations, not send mass replies.`,empty_selection:`No conversation matches this selection.`,nothing_to_send:`Nobody of those selected can get this message.`,discard_title:`Throw the text away?`,discard:`Throw away`,keep:`Keep writing`,keep_for_later:`Keep for later`,draft_kept:`Your draft of {time} is here again.`,failed_action:`That did not work: {detail}`,nav_conversations:`Conversations`,nav_mass_replies:`Mass replies`,nav_accounts:`Accounts`,nav_settings:`Settings`,sign_in:`Sign in`,sign_out:`Sign out`,sign_in_hint:`With an API key, or a token of your helpdesk.`,key:`Key or token`,in_memory:`It is kept in memory only: a reload asks again.`,key_refused:`This key or token is not accepted.`,total:{one:`1 conversation`,other:`{n} conversations`},tick_page:`Tick this page`,contact:`Customer`,col_channel:`Channel`,col_state:`State`,col_time:`When`,col_who:`Who`,any:`Any`,filter:`Filter by`,filters:`Filters`,filter_value:`Value`,filter_add:`Add`,filter_hint:`several with commas, or channel:sms`,filter_tag:`Tags, all of`,filter_tag_any:`Tags, any of`,filter_tag_none:`Tags, none of`,filter_channel:`Channel`,filter_status:`Status`,filter_engagement:`Whose turn`,filter_team:`Team`,filter_assignee:`Assignee`,filter_contact:`Customer’s id`,filter_subject:`Subject contains`,filter_written_from:`Customer wrote since`,filter_written_to:`Customer wrote before`,filter_created_from:`Created since`,filter_created_to:`Created before`,filter_field:`Custom field`,filter_json:`Filter as JSON`,and:`and`,or:`or`,not_json:`This is not valid JSON.`,no_match:`No conversation matches these filters.`,no_conversations:`There are no conversations yet. Import some, and they appear here.`,clear:`Clear filters`,bulk:`What is ticked`,n_selected:{one:`1 selected`,other:`{n} selected`},all_matching:`All {n} matching`,clear_selection:`Clear`,mass_reply:`Mass reply`,tick_hint:`Tick conversations to write to them at once.`,dispatched:{one:`Dispatched to 1 conversation.`,other:`Dispatched to {n} conversations.`},look:`See what becomes of it`,thread:`Conversation`,recipients:`Recipients`,open_dialog:`Open`,by_at:`{name}, {time}`,html_part:`As HTML, for e-mail and chat`,selected_by:`Selected by`,counts:`Numbers`,sum:`selected`,log:`Who did what`,needs_admin:`Only an administrator sees this.`,no_accounts:`There is no account yet. Without one nothing can be sent.`,per_second:{one:`1 a second`,other:`{n} a second`},callback_address:`Callback address, to enter at the provider`,copy:`Copy the address`,copied:`Copied`,test:`Test`,setup_postmark:`Postmark: under Servers, Webhooks, add this address for delivery, bounce and spam complaint.`,setup_sendgrid:`SendGrid: under Settings, Mail Settings, Event Webhook, enter this address and turn on signing.`,setup_smtp:`SMTP: nothing to enter; a mail server reports nothing later.`,setup_twilio:`Twilio: under the number or the messaging service, enter this address for incoming messages.`,setup_whatsapp_cloud:`Meta: in the app, under WhatsApp, Configuration, enter this address and your verify token.`,setup_meta:`Meta: in the app, under Messenger or Instagram, Webhooks, enter this address and your verify token.`,setup_webchat:`Web chat is built in: nothing to enter.`,setup_webhook:`Your own endpoint reports to this address, signed with the shared secret.`,setup_other:`Enter this address at the provider.`,guards:`Guards`,guard_approval_above:`A second person above so many recipients`,guard_max_per_contact_per_day:`Most messages to one customer in 24 h`,guard_inactive_after_days:`Inactive after so many days`,guard_agent:`Most recipients for agents`,guard_once:`Only one message to a customer with several conversations`,guard_skip:`Leave inactive conversations out`,save:`Save`,is_saved:`Saved.`,shortcode:`Shortcode`,snippet_text:`Text`,rules:`Rules`,webhooks:`Webhooks`,keys:`API keys`,no_mass_replies:`Nothing has been sent yet. Tick conversations to write the first mass reply.`,n_left:{one:`1 left`,other:`{n} left`},really:`Really: {what}`,keep_it:`Keep it`,shown_once:`This is shown once. Copy it now.`,secret:`Secret`,was_over:`ended {time}`,is_over:`until {time}`,never_used:`never used`,replace:`Make a new one`,revoke:`Revoke`,new_key:`New key`,name:`Name`,role:`Role`,agent_id:`Agent’s id`,agent_name:`Agent’s name`,ends_on:`Ends on`,create:`Create`,all_events:`all events`,n_wait:{one:`1 event waits`,other:`{n} events wait`},turn_on:`Turn on`,turn_off:`Turn off`,rotate:`New secret`,delete:`Delete`,edit:`Edit`,new_webhook:`New webhook`,new_rule:`New rule`,rule_text:`The rule, as JSON`,rule_failing:`✕ fails`,is_on:`● on`,is_off:`○ off`,short_name:`Short name`,address:`Address`,events:`Events`,revoked:`revoked`},ut={email:`E-mail`,chat:`Chat`,sms:`SMS`,whatsapp:`WhatsApp`,voice:`Voice`,facebook:`Messenger`,instagram:`Instagram`,other:`Other`},dt={queued:`waiting`,sending:`being sent`,sent:`sent`,delivered:`delivered`,read:`read`,failed:`failed`,uncertain:`not known`,skipped:`left out`,cancelled:`not sent`},ft={preparing:`Being prepared`,awaiting_confirmation:`Not confirmed yet`,awaiting_approval:`Waits for a second person`,scheduled:`Scheduled`,sending:`Sending`,paused:`Paused`,completed:`Finished`,cancelled:`Stopped`,expired:`Expired`},pt={voice_not_supported:`voice calls cannot be answered with a text`,no_address:`there is no address to write to`,address_invalid:`the address is not valid`,opted_out:`they asked for no more messages`,window_closed:`the time to answer on this channel is over`,merge_tag_unresolved:`a value in the text is missing for them`,message_too_long:`the text is too long for the channel`,no_channel_account:`there is no account to send from`,conversation_archived:`the conversation is archived or gone`,duplicate_contact:`the same person gets it in another conversation`,inactive_conversation:`they have not written for long`,contact_limit:`they got as many messages today as are allowed`,invalid_recipient:`the provider says that the address is not valid`,blocked:`they have blocked us`,bounced:`the mail came back`,complained:`they reported us as spam`,unreachable:`the provider could not reach them`,content_rejected:`the provider refused the content`,template_rejected:`the provider refused the template`,provider_rejected:`the provider refused it`,too_late:`it could not be sent in time`,marked_not_sent:`somebody marked it as not sent`,answer_lost:`the provider’s answer was lost`,worker_lost:`sending was cut off in the middle`,cancelled:`it was stopped before its turn`,expired:`it was not confirmed in time`,rejected:`the second person rejected it`},mt={attachment_dropped:`without the file, which this channel does not carry`,sent_as_template:`with the approved template, for the time to answer is over`,inactive_conversation:`to people who have not written for long`,duplicate_contact:`to people who get it more than once`,recent_mass_reply:`to people who got another mass reply within a day`,multiple_segments:`as more than one SMS segment, each billed`,unknown_snippet:`with a /shortcode that names no snippet`},L={"contact.first_name":`First name`,"contact.name":`Full name`,"contact.email":`E-mail address`,"conversation.human_id":`Reference`,"conversation.subject":`Subject`,"agent.name":`Your name`,"agent.email":`Your e-mail address`,"tenant.name":`Company`},ht={"status.active":`Active`,"status.snoozed":`Snoozed`,"status.done":`Done`,"status.archived":`Archived`,"engagement.pending":`Ours`,"engagement.engaged":`The customer’s`,"kind.customer_message":`Customer`,"kind.reply":`Reply`,"kind.system_note":`Note`,"kind.system_error":`Error`,"account.ready":`● ready`,"account.cooling":`◐ waits`,"account.paused":`◼ paused`,"account.disabled":`○ off`,"credentials.ok":`✓ Works.`,"credentials.refused":`✕ Refused.`,"credentials.unknown":`? Not known.`,"callbacks.verified":`Callbacks come in`,"callbacks.not_verified":`The last callback was not the provider’s`,"callbacks.none_yet":`No callback yet`,"action.mass_reply.created":`Created`,"action.mass_reply.confirmed":`Confirmed`,"action.mass_reply.approved":`Approved`,"action.mass_reply.rejected":`Rejected`,"action.mass_reply.paused":`Paused`,"action.mass_reply.lane_stopped":`An account stopped`,"action.mass_reply.resumed":`Resumed`,"action.mass_reply.cancelled":`Stopped`,"action.mass_reply.expired":`Expired`,"action.mass_reply.retried":`Tried again`,"action.mass_reply.resolved":`Settled by hand`,"action.mass_reply.purged":`Purged`,"action.channel_account.saved":`Account saved`,"action.channel_account.paused":`Account paused`,"action.channel_account.callback_rotated":`Callback address replaced`,"action.channel_account.deleted":`Account deleted`,"action.api_key.issued":`Key made`,"action.api_key.revoked":`Key revoked`,"action.settings.changed":`Guards changed`,"action.snippet.saved":`Snippet saved`,"action.snippet.deleted":`Snippet deleted`,"action.automation_rule.saved":`Rule saved`,"action.automation_rule.deleted":`Rule deleted`,"action.webhook_endpoint.saved":`Webhook saved`,"action.webhook_endpoint.deleted":`Webhook deleted`,"action.webhook_endpoint.replayed":`Webhook replayed`,"action.contact.erased":`Customer erased`,"action.blocked_address.lifted":`Address unblocked`,"action.purge.ran":`Old data purged`,"action.access.forbidden":`Access refused`,"action.credential.refused":`Credential refused`,"lane.idle":`○ not begun`,"lane.sending":`● sending`,"lane.cooling":`◐ waits`,"lane.paused":`◼ paused`,"lane.done":`✓ done`,"endpoint.active":`● works`,"endpoint.retrying":`◐ tries again`,"endpoint.disabled":`✕ given up`,"endpoint.off":`○ off`},gt={unexplained:`The service refused it and did not say why.`},_t=/* @__PURE__ */ t({batch_statuses:()=>xt,channels:()=>yt,codes:()=>Tt,preflight_warnings:()=>Ct,problems:()=>Et,reasons:()=>St,sentences:()=>vt,statuses:()=>bt,tags:()=>wt}),vt={will_get:{one:`{n} von {of} Unterhaltungen bekommt diese Nachricht`,other:`{n} von {of} Unterhaltungen bekommen diese Nachricht`},will_get_all:{one:`1 Unterhaltung bekommt diese Nachricht`,other:`Alle {n} Unterhaltungen bekommen diese Nachricht`},opening:`Einen Moment …`,not_opened:`Das ließ sich noch nicht öffnen.`,not_counted:`Die Unterhaltungen ließen sich noch nicht zählen.`,counting:`Die Unterhaltungen werden gezählt …`,selected_only:{one:`1 Unterhaltung ist ausgewählt`,other:`{n} Unterhaltungen sind ausgewählt`},counted_on_review:`Wer erreichbar ist, wird beim Prüfen ermittelt.`,nobody_left_out:`Niemand wird ausgelassen.`,left_out:{one:`1 bekommt sie nicht`,other:`{n} bekommen sie nicht`},review:`Prüfen`,back:`Zurück`,close:`Schließen`,send_to:{one:`An 1 Unterhaltung senden`,other:`An {n} Unterhaltungen senden`},cannot_be_recalled:`Einmal gesendet, lässt sich das nicht zurückholen.`,message:`Nachricht`,message_hint:`/ öffnet Textbausteine.`,preview:`Vorschau`,preview_empty:`Schreiben Sie einen Text, um ihn zu sehen, wie ein Kunde ihn bekommt.`,preview_nobody:`Niemand der Gezeigten bekäme diesen Text.`,previous:`Voriger Empfänger`,next:`Nächster Empfänger`,place_of:`{i} von {n}`,to:`An {name}`,unnamed:`einen Kunden ohne Namen`,insert_tag:`Wert einfügen`,insert:`Einfügen`,if_missing:`Wenn er fehlt, schreibe`,snippets:`Textbausteine`,attach:`Datei anhängen`,attaching:`{name} wird hochgeladen …`,remove:`{name} entfernen`,without_file:`geht ohne die Datei`,with_file:`geht mit der Datei`,options:`Einstellungen`,mark_as_done:`Nach dem Senden als erledigt markieren`,hold:`30 s zurückhalten, damit es sich rückgängig machen lässt`,schedule:`Später senden`,schedule_at:`Tag und Uhrzeit`,sample:`Zuerst eine Stichprobe von`,sample_unit:`dann auf mich warten`,blank:`Fehlt ein Wert, leer lassen und senden`,blank_hint:`Sonst werden diese Personen ausgelassen.`,template:`WhatsApp-Vorlage für abgelaufene Fristen`,template_name:`Name der genehmigten Vorlage`,template_language:`Sprache`,template_parameters:`Werte, einer je Zeile`,segments:{one:`1 SMS-Segment`,other:`{n} SMS-Segmente`},used_of_bytes:`{used} von {n} Bytes`,used_of_characters:`{used} von {n} Zeichen`,warnings:`Gut zu wissen`,confirm_title:{one:`1 Unterhaltung bekommt diese Nachricht`,other:`{n} Unterhaltungen bekommen diese Nachricht`},changed:`Vorhin waren es {before}; jetzt sind es {n}.`,changed_more:{one:`Eine mehr als vorher.`,other:`{n} mehr als vorher.`},changed_less:{one:`Eine weniger als vorher.`,other:`{n} weniger als vorher.`},frozen:`Die Auswahl steht fest: genau diese bekommen sie, was auch immer sich inzwischen ändert.`,text_for:`Was sie lesen werden`,costs:`Was es kostet`,costs_nothing:`Keine abgerechneten Nachrichten.`,cost_sms:{one:`1 SMS-Segment`,other:`{n} SMS-Segmente`},cost_whatsapp:{one:`1 WhatsApp-Nachricht innerhalb der Frist`,other:`{n} WhatsApp-Nachrichten innerhalb der Frist`},cost_template:{one:`1 WhatsApp-Vorlage`,other:`{n} WhatsApp-Vorlagen`},type_number:`Zur Bestätigung {n} eingeben`,expires:`Bestätigen bis {time}.`,preparing:{one:`1 Unterhaltung wird vorbereitet …`,other:`{n} Unterhaltungen werden vorbereitet …`},preparing_of:`Wird vorbereitet: {done} von {n}`,preparing_hint:`Sie können das schließen; es geht weiter.`,will_hold:`Es wird zuerst 30 s zurückgehalten und lässt sich rückgängig machen.`,will_schedule:`Gesendet wird am {time}.`,will_sample:{one:`Eine geht zuerst; die anderen warten auf Sie.`,other:`{n} gehen zuerst; die anderen warten auf Sie.`},will_mark_done:`Die Unterhaltungen werden als erledigt markiert.`,in_name_of:`Gesendet wird im Namen von {name}.`,will_ask:`Zuerst muss eine zweite Person zustimmen.`,asks_above:{one:`Ab 2 Empfängern muss eine zweite Person zustimmen.`,other:`Bei mehr als {n} Empfängern muss eine zweite Person zustimmen.`},expired:`Das wurde nicht rechtzeitig bestätigt. Nichts wurde gesendet.`,review_again:`Neu prüfen`,undo:`Rückgängig`,sends_in:`Gesendet wird in {n} s`,sends_at:`Gesendet wird am {time}`,sending:`Wird gesendet: {done} von {n}`,you_can_close:`Sie können das schließen; es geht weiter.`,pause:`Anhalten`,resume:`Fortsetzen`,stop:`Endgültig stoppen`,stop_sure:`Endgültig stoppen? Was noch nicht gesendet ist, wird nie gesendet.`,keep_sending:`Weiter senden`,paused_person:`Angehalten.`,paused_sample:{one:`Die Stichprobe ist gesendet. Eine weitere wartet.`,other:`Die Stichprobe ist gesendet. {n} weitere warten.`},paused_failures:`Angehalten, weil viele gescheitert sind. Sehen Sie sich die Gründe an, bevor Sie fortsetzen.`,paused_account:`Angehalten: ein Konto kann nicht senden.`,go_on_with:{one:`Mit der anderen fortsetzen`,other:`Mit den anderen {n} fortsetzen`},sent_to:{one:`An 1 gesendet.`,other:`An {n} gesendet.`},n_failed:{one:`1 gescheitert.`,other:`{n} gescheitert.`},n_unknown:{one:`1 ungewiss.`,other:`{n} ungewiss.`},n_cancelled:{one:`1 nicht gesendet.`,other:`{n} nicht gesendet.`},undone:`Rückgängig gemacht. Nichts wurde gesendet.`,waits:`{channel} wartet: {reason}`,waits_until:`{channel} wartet bis {time}: {reason}`,try_again:`Erneut versuchen`,awaits_approval:`Wartet auf eine zweite Person`,awaits_approval_hint:{one:`Jemand anderes muss zustimmen, bevor 1 Unterhaltung diese Nachricht bekommt.`,other:`Jemand anderes muss zustimmen, bevor {n} Unterhaltungen diese Nachricht bekommen.`},approve:{one:`Senden an 1 Unterhaltung genehmigen`,other:`Senden an {n} Unterhaltungen genehmigen`},reject:`Ablehnen`,reject_reason:`Warum nicht?`,rejected_by:`{name} hat abgelehnt: {reason}`,rejected_title:`Abgelehnt. Nichts wurde gesendet.`,asked_by:`{name} möchte das senden`,withdraw:`Zurückziehen`,results:`Ergebnisse`,retry_hint:`Nur was vorübergehen kann, wird erneut gesendet.`,retry_n:{one:`1 erneut versuchen`,other:`{n} erneut versuchen`},retry_none:`Nichts davon geht von selbst vorüber; ein neuer Versuch hülfe nicht.`,export:`Als CSV exportieren`,follow_up:`An die schreiben, die sie bekamen`,follow_up_failed:`An die schreiben, die sie nicht bekamen`,not_again:`Von selbst wird es nicht erneut gesendet.`,mark:`Was ist mit den angehakten geschehen?`,mark_sent:`Sie wurden gesendet`,mark_not_sent:`Sie wurden nicht gesendet`,mark_again:`Nicht gesendet: erneut senden`,mark_risk:`Kam sie doch an, bekommt der Kunde sie zweimal.`,mark_why:`Woher wissen Sie das?`,settling:`entscheidbar ab {time}`,find:`Kunden finden`,tick_shown:{one:`Die gezeigte anhaken`,other:`Die {n} gezeigten anhaken`},pages:`Seiten`,page_back:`Zurück`,page_on:`Weiter`,page_of:`{range} von {n}`,loading:`Wird geladen …`,nothing_here:`Hier ist nichts.`,by_channel:`Nach Kanal`,offline:`Keine Verbindung. Nichts ist verloren: es geht weiter. Gezeigt wird der letzte bekannte Stand von {time}.`,offline_write:`Keine Verbindung. Ihr Text bleibt erhalten.`,unreachable:`Der Dienst antwortet nicht. Soweit diese Seite weiß, hat sich nichts geändert.`,no_answer:`Der Dienst antwortet nicht.`,session_over:`Ihre Sitzung ist abgelaufen. Ihr Text bleibt erhalten.`,session_over_watch:`Ihre Sitzung ist abgelaufen. Was gesendet wird, geht weiter.`,sign_in_again:`Erneut anmelden`,session_ended:`Ihre Sitzung ist abgelaufen`,busy:`Der Dienst ist ausgelastet. Neuer Versuch in {n} s …`,overloaded:`Der Dienst hat gerade zu viel zu tun. Warten Sie ein wenig und versuchen Sie es noch einmal.`,no_permission:`Ihre Rolle darf Unterhaltungen ansehen, aber keine Sammelantworten senden.`,empty_selection:`Keine Unterhaltung passt zu dieser Auswahl.`,nothing_to_send:`Niemand der Ausgewählten kann diese Nachricht bekommen.`,discard_title:`Den Text verwerfen?`,discard:`Verwerfen`,keep:`Weiterschreiben`,keep_for_later:`Für später behalten`,draft_kept:`Ihr Entwurf von {time} ist wieder da.`,failed_action:`Das ging nicht: {detail}`,nav_conversations:`Unterhaltungen`,nav_mass_replies:`Sammelantworten`,nav_accounts:`Konten`,nav_settings:`Einstellungen`,sign_in:`Anmelden`,sign_out:`Abmelden`,sign_in_hint:`Mit einem API-Schlüssel oder einem Token Ihres Helpdesks.`,key:`Schlüssel oder Token`,in_memory:`Er bleibt nur im Speicher: nach einem Neuladen wird wieder gefragt.`,key_refused:`Dieser Schlüssel oder dieses Token wird nicht angenommen.`,total:{one:`1 Unterhaltung`,other:`{n} Unterhaltungen`},tick_page:`Diese Seite anhaken`,contact:`Kunde`,col_channel:`Kanal`,col_state:`Stand`,col_time:`Wann`,col_who:`Wer`,any:`Alle`,filter:`Filtern nach`,filters:`Filter`,filter_value:`Wert`,filter_add:`Hinzufügen`,filter_hint:`mehrere mit Komma, oder channel:sms`,filter_tag:`Tags, alle von`,filter_tag_any:`Tags, eines von`,filter_tag_none:`Tags, keines von`,filter_channel:`Kanal`,filter_status:`Stand`,filter_engagement:`Wer ist dran`,filter_team:`Team`,filter_assignee:`Zuständig`,filter_contact:`Kennung des Kunden`,filter_subject:`Betreff enthält`,filter_written_from:`Kunde schrieb seit`,filter_written_to:`Kunde schrieb vor`,filter_created_from:`Angelegt seit`,filter_created_to:`Angelegt vor`,filter_field:`Eigenes Feld`,filter_json:`Filter als JSON`,and:`und`,or:`oder`,not_json:`Das ist kein gültiges JSON.`,no_match:`Keine Unterhaltung passt zu diesen Filtern.`,no_conversations:`Es gibt noch keine Unterhaltungen. Importierte erscheinen hier.`,clear:`Filter leeren`,bulk:`Was angehakt ist`,n_selected:{one:`1 ausgewählt`,other:`{n} ausgewählt`},all_matching:`Alle {n} passenden`,clear_selection:`Leeren`,mass_reply:`Sammelantwort`,tick_hint:`Haken Sie Unterhaltungen an, um allen zugleich zu schreiben.`,dispatched:{one:`An 1 Unterhaltung auf den Weg gebracht.`,other:`An {n} Unterhaltungen auf den Weg gebracht.`},look:`Sehen, was daraus wird`,thread:`Unterhaltung`,recipients:`Empfänger`,open_dialog:`Öffnen`,by_at:`{name}, {time}`,html_part:`Als HTML, für E-Mail und Chat`,selected_by:`Ausgewählt nach`,counts:`Zahlen`,sum:`ausgewählt`,log:`Wer was getan hat`,needs_admin:`Das sieht nur, wer verwaltet.`,no_accounts:`Es gibt noch kein Konto. Ohne Konto lässt sich nichts senden.`,per_second:{one:`1 je Sekunde`,other:`{n} je Sekunde`},callback_address:`Rückruf-Adresse, beim Anbieter einzutragen`,copy:`Adresse kopieren`,copied:`Kopiert`,test:`Prüfen`,setup_postmark:`Postmark: unter Servers, Webhooks diese Adresse für Delivery, Bounce und Spam Complaint eintragen.`,setup_sendgrid:`SendGrid: unter Settings, Mail Settings, Event Webhook diese Adresse eintragen und Signieren einschalten.`,setup_smtp:`SMTP: nichts einzutragen; ein Mailserver meldet später nichts.`,setup_twilio:`Twilio: bei der Nummer oder dem Messaging Service diese Adresse für eingehende Nachrichten eintragen.`,setup_whatsapp_cloud:`Meta: in der App unter WhatsApp, Configuration diese Adresse und Ihr Verify Token eintragen.`,setup_meta:`Meta: in der App unter Messenger oder Instagram, Webhooks diese Adresse und Ihr Verify Token eintragen.`,setup_webchat:`Der Web-Chat ist eingebaut: nichts einzutragen.`,setup_webhook:`Ihr eigener Endpunkt meldet an diese Adresse, signiert mit dem gemeinsamen Geheimnis.`,setup_other:`Tragen Sie diese Adresse beim Anbieter ein.`,guards:`Grenzen`,guard_approval_above:`Zweite Person ab mehr Empfängern als`,guard_max_per_contact_per_day:`Höchstens so viele an einen Kunden in 24 h`,guard_inactive_after_days:`Inaktiv nach so vielen Tagen`,guard_agent:`Höchstens so viele Empfänger für Agenten`,guard_once:`Nur eine Nachricht an Kunden mit mehreren Unterhaltungen`,guard_skip:`Inaktive Unterhaltungen auslassen`,save:`Speichern`,is_saved:`Gespeichert.`,shortcode:`Kürzel`,snippet_text:`Text`,rules:`Regeln`,webhooks:`Webhooks`,keys:`API-Schlüssel`,no_mass_replies:`Noch nichts gesendet. Haken Sie Unterhaltungen an, um die erste Sammelantwort zu schreiben.`,n_left:{one:`1 übrig`,other:`{n} übrig`},really:`Wirklich: {what}`,keep_it:`Behalten`,shown_once:`Das wird nur einmal gezeigt. Kopieren Sie es jetzt.`,secret:`Geheimnis`,was_over:`endete {time}`,is_over:`bis {time}`,never_used:`nie benutzt`,replace:`Neuen anlegen`,revoke:`Widerrufen`,new_key:`Neuer Schlüssel`,name:`Name`,role:`Rolle`,agent_id:`Kennung des Agenten`,agent_name:`Name des Agenten`,ends_on:`Endet am`,create:`Anlegen`,all_events:`alle Ereignisse`,n_wait:{one:`1 Ereignis wartet`,other:`{n} Ereignisse warten`},turn_on:`Einschalten`,turn_off:`Ausschalten`,rotate:`Neues Geheimnis`,delete:`Löschen`,edit:`Bearbeiten`,new_webhook:`Neuer Webhook`,new_rule:`Neue Regel`,rule_text:`Die Regel, als JSON`,rule_failing:`✕ scheitert`,is_on:`● an`,is_off:`○ aus`,short_name:`Kurzname`,address:`Adresse`,events:`Ereignisse`,revoked:`widerrufen`},yt={email:`E-Mail`,chat:`Chat`,sms:`SMS`,whatsapp:`WhatsApp`,voice:`Telefon`,facebook:`Messenger`,instagram:`Instagram`,other:`Andere`},bt={queued:`wartet`,sending:`wird gesendet`,sent:`gesendet`,delivered:`zugestellt`,read:`gelesen`,failed:`gescheitert`,uncertain:`ungewiss`,skipped:`ausgelassen`,cancelled:`nicht gesendet`},xt={preparing:`Wird vorbereitet`,awaiting_confirmation:`Noch nicht bestätigt`,awaiting_approval:`Wartet auf eine zweite Person`,scheduled:`Geplant`,sending:`Wird gesendet`,paused:`Angehalten`,completed:`Fertig`,cancelled:`Gestoppt`,expired:`Abgelaufen`},St={voice_not_supported:`Anrufe lassen sich nicht mit einem Text beantworten`,no_address:`es gibt keine Adresse`,address_invalid:`die Adresse ist ungültig`,opted_out:`sie wollen keine Nachrichten mehr`,window_closed:`die Antwortfrist dieses Kanals ist abgelaufen`,merge_tag_unresolved:`ein Wert im Text fehlt für sie`,message_too_long:`der Text ist zu lang für den Kanal`,no_channel_account:`es gibt kein Konto zum Senden`,conversation_archived:`die Unterhaltung ist archiviert oder fort`,duplicate_contact:`dieselbe Person bekommt sie in einer anderen Unterhaltung`,inactive_conversation:`sie haben lange nicht geschrieben`,contact_limit:`sie bekamen heute so viele Nachrichten wie erlaubt`,invalid_recipient:`der Anbieter hält die Adresse für ungültig`,blocked:`sie haben uns blockiert`,bounced:`die Mail kam zurück`,complained:`sie haben uns als Spam gemeldet`,unreachable:`der Anbieter konnte sie nicht erreichen`,content_rejected:`der Anbieter lehnte den Inhalt ab`,template_rejected:`der Anbieter lehnte die Vorlage ab`,provider_rejected:`der Anbieter lehnte sie ab`,too_late:`sie ließ sich nicht rechtzeitig senden`,marked_not_sent:`jemand hat sie als nicht gesendet markiert`,answer_lost:`die Antwort des Anbieters ging verloren`,worker_lost:`das Senden wurde unterbrochen`,cancelled:`vorher gestoppt`,expired:`nicht rechtzeitig bestätigt`,rejected:`die zweite Person lehnte ab`},Ct={attachment_dropped:`ohne die Datei, die dieser Kanal nicht mitnimmt`,sent_as_template:`mit der genehmigten Vorlage, da die Antwortfrist abgelaufen ist`,inactive_conversation:`an Personen, die lange nicht geschrieben haben`,duplicate_contact:`an Personen, die sie mehr als einmal bekommen`,recent_mass_reply:`an Personen, die binnen eines Tages schon eine Sammelantwort bekamen`,multiple_segments:`als mehr als ein SMS-Segment, jedes abgerechnet`,unknown_snippet:`mit einem /Kürzel ohne Textbaustein`},wt={"contact.first_name":`Vorname`,"contact.name":`Voller Name`,"contact.email":`E-Mail-Adresse`,"conversation.human_id":`Kennung`,"conversation.subject":`Betreff`,"agent.name":`Ihr Name`,"agent.email":`Ihre E-Mail-Adresse`,"tenant.name":`Firma`},Tt={"status.active":`Aktiv`,"status.snoozed":`Zurückgestellt`,"status.done":`Erledigt`,"status.archived":`Archiviert`,"engagement.pending":`Wir`,"engagement.engaged":`Der Kunde`,"kind.customer_message":`Kunde`,"kind.reply":`Antwort`,"kind.system_note":`Notiz`,"kind.system_error":`Fehler`,"account.ready":`● bereit`,"account.cooling":`◐ wartet`,"account.paused":`◼ angehalten`,"account.disabled":`○ aus`,"credentials.ok":`✓ Geht.`,"credentials.refused":`✕ Abgelehnt.`,"credentials.unknown":`? Ungewiss.`,"callbacks.verified":`Rückrufe kommen an`,"callbacks.not_verified":`Der letzte Rückruf war nicht vom Anbieter`,"callbacks.none_yet":`Noch kein Rückruf`,"action.mass_reply.created":`Angelegt`,"action.mass_reply.confirmed":`Bestätigt`,"action.mass_reply.approved":`Genehmigt`,"action.mass_reply.rejected":`Abgelehnt`,"action.mass_reply.paused":`Angehalten`,"action.mass_reply.lane_stopped":`Ein Konto hielt an`,"action.mass_reply.resumed":`Fortgesetzt`,"action.mass_reply.cancelled":`Gestoppt`,"action.mass_reply.expired":`Abgelaufen`,"action.mass_reply.retried":`Erneut versucht`,"action.mass_reply.resolved":`Von Hand entschieden`,"action.mass_reply.purged":`Bereinigt`,"action.channel_account.saved":`Konto gespeichert`,"action.channel_account.paused":`Konto angehalten`,"action.channel_account.callback_rotated":`Rückruf-Adresse ersetzt`,"action.channel_account.deleted":`Konto gelöscht`,"action.api_key.issued":`Schlüssel angelegt`,"action.api_key.revoked":`Schlüssel widerrufen`,"action.settings.changed":`Grenzen geändert`,"action.snippet.saved":`Textbaustein gespeichert`,"action.snippet.deleted":`Textbaustein gelöscht`,"action.automation_rule.saved":`Regel gespeichert`,"action.automation_rule.deleted":`Regel gelöscht`,"action.webhook_endpoint.saved":`Webhook gespeichert`,"action.webhook_endpoint.deleted":`Webhook gelöscht`,"action.webhook_endpoint.replayed":`Webhook wiederholt`,"action.contact.erased":`Kunde gelöscht`,"action.blocked_address.lifted":`Adresse freigegeben`,"action.purge.ran":`Alte Daten bereinigt`,"action.access.forbidden":`Zugriff verweigert`,"action.credential.refused":`Anmeldung verweigert`,"lane.idle":`○ nicht begonnen`,"lane.sending":`● sendet`,"lane.cooling":`◐ wartet`,"lane.paused":`◼ angehalten`,"lane.done":`✓ fertig`,"endpoint.active":`● läuft`,"endpoint.retrying":`◐ versucht erneut`,"endpoint.disabled":`✕ aufgegeben`,"endpoint.off":`○ aus`},Et={unexplained:`Der Dienst hat es abgelehnt und nicht gesagt, warum.`,invalid_request:`Die Anfrage ist nicht gültig.`,invalid_json:`Die Anfrage ist nicht lesbar.`,selection_empty:`Keine Unterhaltung passt zu dieser Auswahl.`,filter_too_broad:`Ein leerer Filter träfe jede Unterhaltung. Nennen Sie mindestens eine Bedingung.`,batch_too_large:`Das sind mehr Unterhaltungen, als Ihre Rolle auf einmal anschreiben darf. Nichts wurde gesendet.`,conversation_not_found:`Manche der gewählten Unterhaltungen gibt es nicht mehr. Nichts wurde angelegt.`,message_empty:`Die Nachricht hat keinen Text.`,message_too_large:`Die Nachricht ist größer als 100 kB.`,invalid_template:`Mit einem eingefügten Wert im Text stimmt etwas nicht.`,unknown_merge_tag:`Der Text nennt einen Wert, den es nicht gibt.`,unknown_attachment:`Eine angehängte Datei gibt es nicht mehr. Hängen Sie sie noch einmal an.`,invalid_schedule:`Die Zeit liegt in der Vergangenheit oder widerspricht einer anderen.`,nothing_to_retry:`Nichts von dem, was gescheitert ist, lässt sich erneut versuchen.`,idempotency_key_reused:`Diese Anfrage wurde schon einmal anders gestellt. Versuchen Sie es erneut.`,idempotency_in_progress:`Dieselbe Anfrage läuft noch. Versuchen Sie es gleich noch einmal.`,unauthenticated:`Die Anmeldung fehlt oder gilt nicht mehr.`,forbidden:`Das erlaubt Ihre Rolle nicht, oder jemand anderes muss entscheiden.`,not_found:`Das gibt es nicht, oder nicht mehr.`,rate_limited:`Zu viele Anfragen. Warten Sie einen Moment.`,overloaded:`Der Dienst ist ausgelastet. Versuchen Sie es gleich noch einmal.`,invalid_state:`So, wie es gerade steht, geht das nicht. Vielleicht war jemand anderes schneller.`,recipient_count_mismatch:`Die Zahl der Empfänger ist inzwischen eine andere. Nichts wurde gesendet.`,nothing_to_send:`Niemand der Gewählten kann diese Nachricht bekommen.`,confirmation_expired:`Die Zeit zum Bestätigen ist vorbei. Prüfen Sie noch einmal.`,still_settling:`Ein Versuch kann noch unterwegs sein. Warten Sie, bevor Sie ihn als nicht gesendet markieren.`,account_in_use:`Über dieses Konto ist noch etwas zu senden.`,contact_in_flight:`Eine Nachricht an diesen Kunden ist unterwegs. Versuchen Sie es in einer Minute noch einmal.`,body_too_large:`Das ist zu groß.`,internal_error:`Im Dienst ist etwas schiefgegangen.`},Dt={hour:`2-digit`,minute:`2-digit`},Ot={day:`numeric`,month:`short`,...Dt},kt={dateStyle:`full`,timeStyle:`medium`},At=class{#e;#t;#n;#r;constructor(e){this.locale=e,this.say=(e,t={})=>{let n=this.#e[e];return(typeof n==`string`?n:n[this.#r.select(Number(t.n))===`one`?`one`:`other`]).replace(/\{(\w+)\}/g,(e,n)=>this.#i(t[n]))},this.who=e=>e?.name||e?.first_name||e?.email||e?.phone||this.say(`unnamed`),this.number=e=>this.#n.format(e),this.channel=e=>Mt(this.#t.channels,e),this.status=e=>Mt(this.#t.statuses,e),this.batchStatus=e=>Mt(this.#t.batch_statuses,e),this.reason=e=>Mt(this.#t.reasons,e),this.warning=e=>Mt(this.#t.preflight_warnings,e),this.tag=e=>Mt(this.#t.tags,e),this.problem=({code:e,detail:t,faults:n})=>[{code:e,detail:t},...n].map(e=>this.fault(e)).join(` `),this.fault=({code:e,detail:t})=>this.#t.problems[e]??t,this.named=(e,t)=>this.#t.codes[`${e}.${t}`]??(e===`channel`?this.channel(t):t.replaceAll(`_`,` `)),this.time=e=>{let t=new Date(e),n=t.toDateString()===(/* @__PURE__ */ new Date()).toDateString();return t.toLocaleString(this.locale,n?Dt:Ot)},this.exact=e=>new Date(e).toLocaleString(this.locale,kt),this.ago=e=>{let t=(new Date(e).getTime()-Date.now())/1e3,n=new Intl.RelativeTimeFormat(this.locale,{numeric:`auto`});for(let[e,r]of jt)if(Math.abs(t)>=r)return n.format(Math.trunc(t/r),e);return n.format(0,`second`)},this.#i=e=>typeof e==`number`?this.number(e):e??``,this.lang=e.toLowerCase().startsWith(`de`)?`de`:`en`,this.#t=this.lang===`de`?_t:ct,this.#e=this.#t.sentences;let t=e.toLowerCase().startsWith(this.lang)?e:this.lang;this.#n=new Intl.NumberFormat(t),this.#r=new Intl.PluralRules(t)}#i},jt=[[`year`,31536e3],[`month`,2592e3],[`day`,86400],[`hour`,3600],[`minute`,60]],Mt=(e,t)=>e[t]??t.replaceAll(`_`,` `),Nt=e=>e.closest(`[lang]`)?.lang||document.documentElement.lang||navigator.language||`en`;function Pt(e,t){let n=/(^|[\s([{"'“‘«])\/([A-Za-z0-9][\w-]*)?$/.exec(e.slice(0,t));return n&&{start:n.index+n[1].length,name:n[2]??``}}var Ft=(e,t)=>t.trim()?`{{ ${e} | default: ${It(t.trim())} }}`:`{{ ${e} }}`,It=e=>e.includes(`'`)?`"${e.replaceAll(`"`,`”`)}"`:`'${e}'`;function R(e,t,n,r){var i=arguments.length,a=i<3?t:r===null?r=Object.getOwnPropertyDescriptor(t,n):r,o;if(typeof Reflect==`object`&&typeof Reflect.decorate==`function`)a=Reflect.decorate(e,t,n,r);else for(var s=e.length-1;s>=0;s--)(o=e[s])&&(a=(i<3?o(a):i>3?o(t,n,a):o(t,n))||a);return i>3&&a&&Object.defineProperty(t,n,a),a}var z=class extends A{createRenderRoot(){return this}#e=()=>this.requestUpdate();#t=null;willUpdate(){this.#t!==this.model&&(this.#t?.removeEventListener(`change`,this.#e),this.#t=this.model,this.#t.addEventListener(`change`,this.#e))}disconnectedCallback(){super.disconnectedCallback(),this.#t?.removeEventListener(`change`,this.#e),this.#t=null}};R([M({attribute:!1})],z.prototype,`model`,void 0),R([M({attribute:!1})],z.prototype,`words`,void 0);function Lt(e,t,n){let r=/* @__PURE__ */ new Map;for(let i of e)r.set(t(i),(r.get(t(i))??0)+n(i));return[...r].sort((e,t)=>t[1]-e[1])}function Rt(e,t){return Lt(t,e=>e.code,e=>e.count).map(([t,n])=>`${e.number(n)} × ${e.reason(t)}`).join(`; `)}function zt(e,t){return Lt(t,e=>e.code,e=>e.count).map(([n,r])=>{let i=t.filter(e=>e.code===n).map(t=>e.channel(t.channel));return w`<li><strong>${e.number(r)}</strong> ${e.warning(n)} <span class="soft">(${i.join(`, `)})</span></li>`})}var Bt=class extends z{constructor(...e){super(...e),this.typed=null,this.chosen=0,this.uploading=``,this.tag=`contact.first_name`,this.standIn=``}focusText(){this.area.focus()}get offered(){let{typed:e}=this;return e?this.model.snippets.filter(t=>t.shortcode.startsWith(e.name)).slice(0,50):[]}render(){let{say:e}=this.words,t=this.#e();return w`<div class="stack">
      <div class="field text">
        <label for="text"><strong>${e(`message`)}</strong> <span class="soft">${e(`message_hint`)}</span></label>
        <textarea
          id="text"
          part="text"
          rows="8"
          .value=${this.model.draft.text}
          aria-describedby="faults"
          aria-invalid=${t.length>0}
          aria-controls="snippets"
          aria-autocomplete="list"
          aria-activedescendant=${this.offered.length?`snippet-${this.chosen}`:T}
          @input=${this.#c}
          @keydown=${this.#l}
          @blur=${()=>this.typed=null}
        ></textarea>
        ${this.#n()}
      </div>
      <div id="faults" aria-live="polite">
        ${t.map(e=>w`<p class="note bad">${this.#t(e)}</p>`)}
      </div>
      ${this.#r()} ${this.#a()}
    </div>`}#e(){let{trouble:e}=this.model;return!e||!(`faults`in e)?[]:e.faults.filter(e=>e.pointer.startsWith(`/message`)||e.pointer.startsWith(`/whatsapp`))}#t(e){let t=this.words.fault(e);return t===e.detail?t:w`${t} <span class="soft" lang="en">${e.detail}</span>`}#n(){let{say:e}=this.words;return w`<ul id="snippets" class="listbox" role="listbox" aria-label=${e(`snippets`)} ?hidden=${!this.typed||!this.offered.length}>
      ${this.offered.map((e,t)=>w`<li
          id="snippet-${t}"
          role="option"
          aria-selected=${t===this.chosen}
          @mousedown=${t=>{t.preventDefault(),this.#u(`/${e.shortcode} `,this.typed.start)}}
        ><strong>/${e.shortcode}</strong><span>${e.text}</span></li>`)}
    </ul>`}#r(){let{say:e,tag:t}=this.words,n=[...Object.keys(L),...this.#i()];return w`<div class="row">
      <label class="field"
        >${e(`insert_tag`)}
        <select part="tag" .value=${this.tag} @change=${e=>this.tag=Vt(e)}>
          ${n.map(e=>w`<option value=${e} ?selected=${e===this.tag}>${t(e)}</option>`)}
        </select></label
      >
      <label class="field"
        >${e(`if_missing`)}
        <input size="14" .value=${this.standIn} @input=${e=>this.standIn=Vt(e)} />
      </label>
      <button class="lower" @click=${()=>this.#u(Ft(this.tag,this.standIn),this.area.selectionStart)}>
        ${e(`insert`)}
      </button>
    </div>`}#i(){let e=/* @__PURE__ */ new Set;for(let t of this.model.people.values()){for(let n of Object.keys(t.custom_fields))e.add(`conversation.custom_fields.${n}`);for(let n of Object.keys(t.contact.custom_fields))e.add(`contact.custom_fields.${n}`)}return[...e].filter(e=>/^[\w.]+$/.test(e)).sort()}#a(){let{say:e}=this.words,{attachments:t}=this.model.draft;return w`<div class="stack">
      <div class="row">
        <button @click=${()=>this.querySelector(`[type=file]`).click()}>${e(`attach`)}</button>
        <input type="file" hidden tabindex="-1" aria-label=${e(`attach`)} @change=${this.#s} />
        <span class="soft" role="status">${this.uploading&&e(`attaching`,{name:this.uploading})}</span>
      </div>
      ${t.map(n=>w`<div class="row">
          <span>📎 ${n.filename} <span class="soft">${this.words.number(Math.ceil(n.size/1e3))} kB</span></span>
          <button
            class="plain"
            aria-label=${e(`remove`,{name:n.filename})}
            @click=${()=>this.model.change({attachments:t.filter(e=>e!==n)})}
          >✕</button>
        </div>`)}
      ${t.length?w`<ul class="soft">${this.#o()}</ul>`:T}
    </div>`}#o(){let{say:e,channel:t}=this.words,n=this.model.preview?.preflight,r=new Set(n?.warnings.filter(e=>e.code===`attachment_dropped`).map(e=>e.channel));return(n?.by_channel??[]).filter(e=>e.recipients>0).map(n=>w`<li>${t(n.channel)}: ${e(r.has(n.channel)?`without_file`:`with_file`)}</li>`)}async#s(e){let t=e.target,n=t.files?.[0];n&&(this.uploading=n.name,await this.model.attach(n),this.uploading=``,t.value=``)}#c(){this.typed=Pt(this.area.value,this.area.selectionStart),this.chosen=0,this.model.change({text:this.area.value})}#l(e){let t=this.offered.length;if(this.typed&&t&&!e.ctrlKey&&!e.metaKey){if(e.key===`ArrowDown`)this.chosen=(this.chosen+1)%t;else if(e.key===`ArrowUp`)this.chosen=(this.chosen+t-1)%t;else if(e.key===`Enter`||e.key===`Tab`)this.#u(`/${this.offered[this.chosen].shortcode} `,this.typed.start);else if(e.key===`Escape`)this.typed=null;else return;e.preventDefault(),e.stopPropagation()}}#u(e,t){this.area.setRangeText(e,t,this.area.selectionEnd,`end`),this.area.focus(),this.#c()}};R([He(`textarea`)],Bt.prototype,`area`,void 0),R([N()],Bt.prototype,`typed`,void 0),R([N()],Bt.prototype,`chosen`,void 0),R([N()],Bt.prototype,`uploading`,void 0),R([N()],Bt.prototype,`tag`,void 0),R([N()],Bt.prototype,`standIn`,void 0),Bt=R([j(`mass-reply-editor`)],Bt);var Vt=e=>e.target.value,Ht=class{#e;#t;#n;#r;constructor(e,t,n=()=>{}){this.host=e,this.ask=t,this.failed=n,this.items=null,this.lost=!1,this.#e=[void 0],this.#t=null,this.#n=0,this.#r=!1,this.first=()=>this.#a([void 0]),this.reload=()=>this.#a(this.#e)}async#i(e){this.#r||=(this.#r=!0,await this.#a(e),!1)}async#a(e){let t=++this.#n;try{let n=await this.ask(e.at(-1));if(t!==this.#n)return;this.#e=e,this.items=n.items,this.#t=n.next_cursor,this.lost=!1}catch(e){if(t!==this.#n)return;this.lost=!0,this.failed(e)}this.host.requestUpdate()}render(e,t,n){let r=this.#e.length-1;if(!r&&this.#t===null)return T;let{number:i,say:a}=e,o=r*n,s=`${i(o+1)}–${i(o+(this.items?.length??0))}`;return w`<nav class="row pager" aria-label=${a(`pages`)}>
      <button ?disabled=${!r} @click=${()=>this.#i(this.#e.slice(0,-1))}>‹ ${a(`page_back`)}</button>
      <span class="soft">${t===null?s:a(`page_of`,{range:s,n:t})}</span>
      <button ?disabled=${this.#t===null} @click=${()=>this.#i([...this.#e,this.#t])}>${a(`page_on`)} ›</button>
    </nav>`}},Ut=25,B=class extends z{constructor(...e){super(...e),this.count=0,this.search=``,this.tickable=!1,this.ticked=/* @__PURE__ */ new Set,this.first=!1,this.opened=!1,this.#e=``,this.#t=new Ht(this,e=>this.model.api.get(`/mass-replies/{id}/deliveries`,{path:{id:this.model.batch.id},query:{status:this.status,reason:this.code,search:this.search||void 0,limit:Ut,cursor:e}}))}#e;#t;willUpdate(){super.willUpdate(),this.hasUpdated||(this.opened=this.first);let e=[this.model.batch?.id,this.status,this.code,this.search].join(),t=`${e} ${this.count}`;this.opened&&this.#e!==t&&(this.#e.startsWith(`${e} `)?this.#t.reload():this.#t.first(),this.#e=t)}render(){let{number:e,reason:t,say:n}=this.words,{items:r}=this.#t;return w`<details class="reason" ?open=${this.opened} @toggle=${e=>this.opened=e.target.open}>
      <summary><strong>${t(this.code)}</strong> <span class="soft">(${e(this.count)})</span></summary>
      <div class="scroll" tabindex="0" role="region" aria-label=${t(this.code)}>
        ${this.tickable&&r?.length?this.#r(r):T}
        ${this.#t.lost?w`<p class="note bad" role="alert">${n(`no_answer`)} <button @click=${this.#t.reload}>${n(`try_again`)}</button></p>`:T}
        ${r===null&&!this.#t.lost?w`<p class="soft">${n(`loading`)}</p>`:T}
        ${r?.length===0?w`<p class="soft">${n(`nothing_here`)}</p>`:T}
        <ul class="people">${r?.map(e=>this.#n(e))}</ul>
      </div>
      ${this.#t.render(this.words,this.search?null:this.count,Ut)}
    </details>`}#n(e){let{channel:t,say:n,time:r}=this.words,i=e.contact_name??n(`unnamed`),a=Wt(e)?` (${n(`settling`,{time:r(e.settles_after)})})`:``,o=w`<input type="checkbox" aria-label=${i} .checked=${this.ticked.has(e.conversation_id)} @change=${()=>this.#i([e])} />`;return w`<li>
      ${this.tickable?o:T}
      <span><strong>${i}</strong> · ${t(e.channel)}${e.human_id?` · ${e.human_id}`:``}
        <span class="soft">${e.reason?.detail??``}${a}</span></span>
    </li>`}#r(e){let t=e.every(e=>this.ticked.has(e.conversation_id));return w`<label class="choice"><input type="checkbox" .checked=${t} @change=${()=>this.#i(e,!t)} />${this.words.say(`tick_shown`,{n:e.length})}</label>`}#i(e,t){let n=new Set(this.ticked);for(let{conversation_id:r}of e)t??!n.has(r)?n.add(r):n.delete(r);this.ticked=n,this.dispatchEvent(new CustomEvent(`ticked`,{detail:n,bubbles:!0}))}};R([M({attribute:!1})],B.prototype,`status`,void 0),R([M({attribute:!1})],B.prototype,`code`,void 0),R([M({attribute:!1})],B.prototype,`count`,void 0),R([M({attribute:!1})],B.prototype,`search`,void 0),R([M({attribute:!1})],B.prototype,`tickable`,void 0),R([M({attribute:!1})],B.prototype,`ticked`,void 0),R([M({type:Boolean})],B.prototype,`first`,void 0),R([N()],B.prototype,`opened`,void 0),B=R([j(`mass-reply-reason`)],B);var Wt=e=>e.settles_after!==null&&new Date(e.settles_after)>/* @__PURE__ */ new Date,Gt=10,Kt=300,V=class extends z{constructor(...e){super(...e),this.status=`failed`,this.tickable=!1,this.ticked=/* @__PURE__ */ new Set,this.opened=!1,this.search=``,this.#e=0}#e;get count(){return this.model.batch?.counts?.[this.status]??0}updated(){this.opened&&this.count&&this.model.reasons.learn()}render(){return this.count===0?T:w`<details part="people" @toggle=${this.#i}>
      <summary>${this.#t()}</summary>
      ${this.opened?this.#r():T}
    </details>`}#t(){let{say:e}=this.words,t=this.count;return this.status===`skipped`?w`${e(`left_out`,{n:t})}${this.#n()}`:this.status===`failed`?e(`n_failed`,{n:t}):this.status===`uncertain`?w`${e(`n_unknown`,{n:t})} <span class="soft">${e(`not_again`)}</span>`:e(`n_cancelled`,{n:t})}#n(){return w`<span class="soft"> · ${Rt(this.words,this.model.batch?.preflight?.skipped??[])}</span>`}#r(){let{say:e}=this.words,t=Lt(this.model.reasons.items.filter(e=>e.status===this.status),e=>e.code,e=>e.count);return t.length?w`<div class="stack inner">
      ${this.count>Gt?w`<label class="field">${e(`find`)}<input type="search" maxlength="200" @input=${this.#a} /></label>`:T}
      ${t.map(([e,t],n)=>w`<mass-reply-reason
          .model=${this.model} .words=${this.words} .status=${this.status} .code=${e} .count=${t}
          .search=${this.search} .tickable=${this.tickable} .ticked=${this.ticked} ?first=${n===0}
        ></mass-reply-reason>`)}
    </div>`:w`<p class="soft" role="status">${e(this.model.reasons.lost?`no_answer`:`loading`)}</p>`}#i(e){e.target===e.currentTarget&&(this.opened=e.target.open)}#a(e){let t=Vt(e).trim();clearTimeout(this.#e),this.#e=window.setTimeout(()=>this.search=t,Kt)}};R([M()],V.prototype,`status`,void 0),R([M({type:Boolean})],V.prototype,`tickable`,void 0),R([M({attribute:!1})],V.prototype,`ticked`,void 0),R([N()],V.prototype,`opened`,void 0),R([N()],V.prototype,`search`,void 0),V=R([j(`mass-reply-people`)],V);function qt(e,t){this.v=e,this.k=t}function Jt(e,t){(t==null||t>e.length)&&(t=e.length);for(var n=0,r=Array(t);n<t;n++)r[n]=e[n];return r}function Yt(e){if(Array.isArray(e))return e}function H(e,t){var n=e==null?null:typeof Symbol<`u`&&e[Symbol.iterator]||e[`@@iterator`];if(n!=null){var r,i,a,o,s=[],c=!0,l=!1;try{if(a=(n=n.call(e)).next,t===0){if(Object(n)!==n)return;c=!1}else for(;!(c=(r=a.call(n)).done)&&(s.push(r.value),s.length!==t);c=!0);}catch(e){l=!0,i=e}finally{try{if(!c&&n.return!=null&&(o=n.return(),Object(o)!==o))return}finally{if(l)throw i}}return s}}function Xt(){throw TypeError(`Invalid attempt to destructure non-iterable instance.
In order to be iterable, non-array objects must have a [Symbol.iterator]() method.`)}function Zt(e,t){return Yt(e)||H(e,t)||Qt(e,t)||Xt()}function Qt(e,t){if(e){if(typeof e==`string`)return Jt(e,t);var n={}.toString.call(e).slice(8,-1);return n===`Object`&&e.constructor&&(n=e.constructor.name),n===`Map`||n===`Set`?Array.from(e):n===`Arguments`||/^(?:Ui|I)nt(?:8|16|32)(?:Clamped)?Array$/.test(n)?Jt(e,t):void 0}}function $t(e){var t,n;function r(t,n){try{var a=e[t](n),o=a.value,s=o instanceof qt;Promise.resolve(s?o.v:o).then(function(n){if(s){var c=t===`return`&&o.k?t:`next`;if(!o.k||n.done)return r(c,n);n=e[c](n).value}i(!!a.done,n)},function(e){r(`throw`,e)})}catch(e){i(2,e)}}function i(e,i){e===2?t.reject(i):t.resolve({value:i,done:e}),(t=t.next)?r(t.key,t.arg):n=null}this._invoke=function(e,i){return new Promise(function(a,o){var s={key:e,arg:i,resolve:a,reject:o,next:null};n?n=n.next=s:(t=n=s,r(e,i))})},typeof e.return!=`function`&&(this.return=void 0)}$t.prototype[typeof Symbol==`function`&&Symbol.asyncIterator||`@@asyncIterator`]=function(){return this},$t.prototype.next=function(e){return this._invoke(`next`,e)},$t.prototype.throw=function(e){return this._invoke(`throw`,e)},$t.prototype.return=function(e){return this._invoke(`return`,e)};var en=Object.entries,tn=Object.keys,nn=Object.setPrototypeOf,rn=Object.isFrozen,an=Object.getPrototypeOf,on=Object.getOwnPropertyDescriptor,U=Object.freeze,W=Object.seal,sn=Object.create,cn=typeof Reflect<`u`&&Reflect,ln=cn.apply,un=cn.construct;U||=function(e){return e},W||=function(e){return e},ln||=function(e,t){var n=[...arguments].slice(2);return e.apply(t,n)},un||=function(e){return new e(...[...arguments].slice(1))};var G=Y(Array.prototype.forEach),dn=Y(Array.prototype.lastIndexOf),fn=Y(Array.prototype.pop),pn=Y(Array.prototype.push),mn=Y(Array.prototype.slice),hn=Y(Array.prototype.splice),gn=Array.isArray,_n=In(Set),vn=Y(Set.prototype.add),yn=Y(Set.prototype.has),bn=Y(Set.prototype.delete),xn=In(Map),Sn=Y(Map.prototype.get),Cn=Y(Map.prototype.set),wn=Y(String.prototype.toLowerCase),Tn=Y(String.prototype.toString),En=Y(String.prototype.match),Dn=Y(String.prototype.replace),On=Y(String.prototype.indexOf),kn=Y(String.prototype.trim),An=Y(Number.prototype.toString),jn=Y(Boolean.prototype.toString),Mn=typeof BigInt>`u`?null:Y(BigInt.prototype.toString),Nn=typeof Symbol>`u`?null:Y(Symbol.prototype.toString),K=Y(Object.prototype.hasOwnProperty),Pn=Y(Object.prototype.toString),Fn=RegExp.prototype.test,q=function(e,t){return e instanceof RegExp&&(e.lastIndex=0),ln(Fn,e,[t])},J=In(TypeError);function Y(e){return function(t){var n=[...arguments].slice(1);return ln(e,t,n)}}function In(e){return function(){return un(e,[...arguments])}}function X(e,t){let n=arguments.length>2&&arguments[2]!==void 0?arguments[2]:wn;if(nn&&nn(e,null),!gn(t))return e;let r=t.length;for(;r--;){let i=t[r];if(typeof i==`string`){let e=n(i);e!==i&&(rn(t)||(t[r]=e),i=e)}e[i]=!0}return e}function Ln(e){for(let t=0;t<e.length;t++)K(e,t)||(e[t]=null);return e}function Rn(e){let t=sn(null);for(let r of en(e)){var n=Zt(r,2);let i=n[0],a=n[1];K(e,i)&&(t[i]=gn(a)?Ln(a):a&&typeof a==`object`&&a.constructor===Object?Rn(a):a)}return t}function zn(e){let t=sn(null),n=tn(e),r=n.length;for(;r--;)t[n[r]]=e[n[r]];return t}function Bn(e){switch(typeof e){case`string`:return e;case`number`:return An(e);case`boolean`:return jn(e);case`bigint`:return Mn?Mn(e):`0`;case`symbol`:return Nn?Nn(e):`Symbol()`;case`undefined`:return Pn(e);case`function`:case`object`:{if(e===null)return Pn(e);let t=e,n=Z(t,`toString`);if(typeof n==`function`){let e=n(t);return typeof e==`string`?e:Pn(e)}return Pn(e)}default:return Pn(e)}}function Z(e,t){for(;e!==null;){let n=on(e,t);if(n){if(n.get)return Y(n.get);if(typeof n.value==`function`)return Y(n.value)}e=an(e)}function n(){return null}return n}function Vn(e,t){for(;e!==null;){let n=on(e,t);if(n)return n.get?Y(n.get):null;e=an(e)}return null}function Hn(e){if(!e)return!1;try{return q(e,``),!0}catch{return!1}}var Un=U(/* @__PURE__ */ `a.abbr.acronym.address.area.article.aside.audio.b.bdi.bdo.big.blink.blockquote.body.br.button.canvas.caption.center.cite.code.col.colgroup.content.data.datalist.dd.decorator.del.details.dfn.dialog.dir.div.dl.dt.element.em.fieldset.figcaption.figure.font.footer.form.h1.h2.h3.h4.h5.h6.head.header.hgroup.hr.html.i.img.input.ins.kbd.label.legend.li.main.map.mark.marquee.menu.menuitem.meter.nav.nobr.ol.optgroup.option.output.p.picture.pre.progress.q.rp.rt.ruby.s.samp.search.section.select.shadow.slot.small.source.spacer.span.strike.strong.style.sub.summary.sup.table.tbody.td.template.textarea.tfoot.th.thead.time.tr.track.tt.u.ul.var.video.wbr`.split(`.`)),Wn=U(/* @__PURE__ */ `svg.a.altglyph.altglyphdef.altglyphitem.animatecolor.animatemotion.animatetransform.circle.clippath.defs.desc.ellipse.filter.font.g.glyph.glyphref.hkern.image.line.lineargradient.marker.mask.metadata.mpath.path.pattern.polygon.polyline.radialgradient.rect.stop.style.switch.symbol.text.textpath.title.tref.tspan.view.vkern`.split(`.`)),Gn=U([`feBlend`,`feColorMatrix`,`feComponentTransfer`,`feComposite`,`feConvolveMatrix`,`feDiffuseLighting`,`feDisplacementMap`,`feDistantLight`,`feDropShadow`,`feFlood`,`feFuncA`,`feFuncB`,`feFuncG`,`feFuncR`,`feGaussianBlur`,`feImage`,`feMerge`,`feMergeNode`,`feMorphology`,`feOffset`,`fePointLight`,`feSpecularLighting`,`feSpotLight`,`feTile`,`feTurbulence`]),Kn=U([`animate`,`color-profile`,`cursor`,`discard`,`font-face`,`font-face-format`,`font-face-name`,`font-face-src`,`font-face-uri`,`foreignobject`,`hatch`,`hatchpath`,`mesh`,`meshgradient`,`meshpatch`,`meshrow`,`missing-glyph`,`script`,`set`,`solidcolor`,`unknown`,`use`]),qn=U(/* @__PURE__ */ `math.menclose.merror.mfenced.mfrac.mglyph.mi.mlabeledtr.mmultiscripts.mn.mo.mover.mpadded.mphantom.mroot.mrow.ms.mspace.msqrt.mstyle.msub.msup.msubsup.mtable.mtd.mtext.mtr.munder.munderover.mprescripts`.split(`.`)),Jn=U([`maction`,`maligngroup`,`malignmark`,`mlongdiv`,`mscarries`,`mscarry`,`msgroup`,`mstack`,`msline`,`msrow`,`semantics`,`annotation`,`annotation-xml`,`mprescripts`,`none`]),Yn=U([`#text`]),Xn=U(/* @__PURE__ */ `accept.action.align.alt.autocapitalize.autocomplete.autopictureinpicture.autoplay.background.bgcolor.border.capture.cellpadding.cellspacing.checked.cite.class.clear.color.cols.colspan.command.commandfor.controls.controlslist.coords.crossorigin.datetime.decoding.default.dir.disabled.disablepictureinpicture.disableremoteplayback.download.draggable.enctype.enterkeyhint.exportparts.face.for.headers.height.hidden.high.href.hreflang.id.inert.inputmode.integrity.ismap.kind.label.lang.list.loading.loop.low.max.maxlength.media.method.min.minlength.multiple.muted.name.nonce.noshade.novalidate.nowrap.open.optimum.part.pattern.placeholder.playsinline.popover.popovertarget.popovertargetaction.poster.preload.pubdate.radiogroup.readonly.rel.required.rev.reversed.role.rows.rowspan.spellcheck.scope.selected.shape.size.sizes.slot.span.srclang.start.src.srcset.step.style.summary.tabindex.title.translate.type.usemap.valign.value.width.wrap.xmlns`.split(`.`)),Zn=U(/* @__PURE__ */ `accent-height.accumulate.additive.alignment-baseline.amplitude.ascent.attributename.attributetype.azimuth.basefrequency.baseline-shift.begin.bias.by.class.clip.clippathunits.clip-path.clip-rule.color.color-interpolation.color-interpolation-filters.color-profile.color-rendering.cx.cy.d.dx.dy.diffuseconstant.direction.display.divisor.dominant-baseline.dur.edgemode.elevation.end.exponent.fill.fill-opacity.fill-rule.filter.filterunits.flood-color.flood-opacity.font-family.font-size.font-size-adjust.font-stretch.font-style.font-variant.font-weight.fx.fy.g1.g2.glyph-name.glyphref.gradientunits.gradienttransform.height.href.id.image-rendering.in.in2.intercept.k.k1.k2.k3.k4.kerning.keypoints.keysplines.keytimes.lang.lengthadjust.letter-spacing.kernelmatrix.kernelunitlength.lighting-color.local.marker-end.marker-mid.marker-start.markerheight.markerunits.markerwidth.maskcontentunits.maskunits.max.mask.mask-type.media.method.mode.min.name.numoctaves.offset.operator.opacity.order.orient.orientation.origin.overflow.paint-order.path.pathlength.patterncontentunits.patterntransform.patternunits.pointer-events.points.preservealpha.preserveaspectratio.primitiveunits.r.rx.ry.radius.refx.refy.repeatcount.repeatdur.restart.result.rotate.scale.seed.shape-rendering.slope.specularconstant.specularexponent.spreadmethod.startoffset.stddeviation.stitchtiles.stop-color.stop-opacity.stroke-dasharray.stroke-dashoffset.stroke-linecap.stroke-linejoin.stroke-miterlimit.stroke-opacity.stroke.stroke-width.style.surfacescale.systemlanguage.tabindex.tablevalues.targetx.targety.transform.transform-origin.text-anchor.text-decoration.text-orientation.text-rendering.textlength.type.u1.u2.unicode.values.vector-effect.viewbox.visibility.version.vert-adv-y.vert-origin-x.vert-origin-y.width.word-spacing.wrap.writing-mode.xchannelselector.ychannelselector.x.x1.x2.xmlns.y.y1.y2.z.zoomandpan`.split(`.`)),Qn=U(/* @__PURE__ */ `accent.accentunder.align.bevelled.close.columnalign.columnlines.columnspacing.columnspan.denomalign.depth.dir.display.displaystyle.encoding.fence.frame.height.href.id.largeop.length.linethickness.lquote.lspace.mathbackground.mathcolor.mathsize.mathvariant.maxsize.minsize.movablelimits.notation.numalign.open.rowalign.rowlines.rowspacing.rowspan.rspace.rquote.scriptlevel.scriptminsize.scriptsizemultiplier.selection.separator.separators.stretchy.subscriptshift.supscriptshift.symmetric.voffset.width.xmlns`.split(`.`)),$n=U([`xlink:href`,`xml:id`,`xlink:title`,`xml:space`,`xmlns:xlink`]),er=W(/{{[\w\W]*|^[\w\W]*}}/g),tr=W(/<%[\w\W]*|^[\w\W]*%>/g),nr=W(/\${[\w\W]*/g),rr=W(/{{|}}|\${|<%|%>/),ir=W(/[^\t\n\f\r ]/),ar=W(/\u0000/g),or=W(/^data-[\-\w.\u00B7-\uFFFF]+$/),sr=W(/^aria-[\-\w]+$/),cr=W(/^(?:(?:(?:f|ht)tps?|mailto|tel|callto|sms|cid|xmpp|matrix):|[^a-z]|[a-z+.\-]+(?:[^a-z+.\-:]|$))/i),lr=W(/^(?:\w+script|data):/i),ur=W(/[\u0000-\u0020\u00A0\u1680\u180E\u2000-\u2029\u205F\u3000]/g),dr=W(/^html$/i),fr=W(/^[a-z][.\w]*(-[.\w]+)+$/i),pr=W(/<[/\w!]/g),mr=W(/<[/\w]/g),hr=W(/<[/\w]|^-?>|--!?>|<!-$/g),gr=W(/<\/no(script|embed|frames)/i),_r=W(/\/>/i),vr=W(/((--!?|])>)|<\/(style|script|title|xmp|textarea|noscript|iframe|noembed|noframes)/i),yr=W(/^[\r\n\t ]+/),Q={element:1,text:3,processingInstruction:7,comment:8,document:9,documentFragment:11},br=U(X({},[`style`,`script`,`xmp`,`iframe`,`noembed`,`noframes`,`plaintext`,`noscript`])),xr=U(X({},[`textarea`,`title`])),Sr=U(X({},[`area`,`base`,`basefont`,`bgsound`,`br`,`col`,`embed`,`frame`,`hr`,`img`,`input`,`keygen`,`link`,`meta`,`param`,`source`,`track`,`wbr`])),Cr=function(){return typeof window>`u`?null:window},wr=function(e,t){if(typeof e!=`object`||typeof e.createPolicy!=`function`)return null;let n=null,r=`data-tt-policy-suffix`;t&&t.hasAttribute(r)&&(n=t.getAttribute(r));let i=`dompurify`+(n?`#`+n:``);try{return e.createPolicy(i,{createHTML(e){return e},createScriptURL(e){return e}})}catch{return console.warn(`TrustedTypes policy `+i+` could not be created.`),null}},Tr=function(){return{afterSanitizeAttributes:[],afterSanitizeElements:[],afterSanitizeShadowDOM:[],beforeSanitizeAttributes:[],beforeSanitizeElements:[],beforeSanitizeShadowDOM:[],uponSanitizeAttribute:[],uponSanitizeElement:[],uponSanitizeShadowNode:[]}},Er=function(e,t,n,r){return K(e,t)&&gn(e[t])?X(r.base?zn(r.base):{},e[t],r.transform):n},Dr=function(e,t,n){let r=K(e,t)?e[t]:void 0;return r&&typeof r==`object`?Rn(r):n};function Or(){let e=arguments.length>0&&arguments[0]!==void 0?arguments[0]:Cr(),t=e=>Or(e);if(t.version=`3.5.0`,t.removed=[],!e||!e.document||e.document.nodeType!==Q.document||!e.Element)return t.isSupported=!1,t;let n=e.document,r=n,i=r.currentScript,a=e.HTMLTemplateElement,o=e.Node,s=e.Element,c=e.NodeFilter,l=e.DOMParser,u=e.trustedTypes,d=s.prototype,f=Z(d,`cloneNode`),ee=Z(d,`remove`),te=Z(d,`removeChild`),ne=Z(d,`removeAttributeNode`),re=Z(d,`nextSibling`),p=Z(d,`childNodes`),m=Z(d,`parentNode`),ie=Z(d,`shadowRoot`),ae=Z(d,`attributes`),h=o&&o.prototype?Z(o.prototype,`nodeType`):null,g=o&&o.prototype?Z(o.prototype,`nodeName`):null,oe=o&&o.prototype?Z(o.prototype,`ownerDocument`):null,_=function(e){return h?h(e):e.nodeType},v=function(e){return g?g(e):e.nodeName},se=Vn(d,`namespaceURI`),ce=function(e){return se?se(e):e.namespaceURI},le=function(e){return _(e)===Q.element?ae(e):null};if(typeof a==`function`){let e=n.createElement(`template`);e.content&&e.content.ownerDocument&&(n=e.content.ownerDocument)}let y,b=``,x,ue=!1,de=0,fe=function(){if(de>0)throw J(`A configured TRUSTED_TYPES_POLICY callback (createHTML or createScriptURL) must not call DOMPurify.sanitize, as that causes infinite recursion. Do not pass a policy whose callbacks wrap DOMPurify as TRUSTED_TYPES_POLICY; see the "DOMPurify and Trusted Types" section of the README.`)},S=function(e){fe(),de++;try{return y.createHTML(e)}finally{de--}},pe=function(e){return y&&He?S(e):e},me=function(e){fe(),de++;try{return y.createScriptURL(e)}finally{de--}},he=function(){return ue||=(x=wr(u,i),!0),x},ge=n,_e=ge.implementation,ve=ge.createNodeIterator,ye=ge.createDocumentFragment,be=ge.getElementsByTagName,xe=r.importNode,C=Tr();t.isSupported=typeof en==`function`&&typeof m==`function`&&_e&&_e.createHTMLDocument!==void 0;let Se=er,Ce=tr,w=nr,we=or,Te=sr,T=lr,Ee=ur,De=fr,Oe=cr,E=null,ke=X({},[...Un,...Wn,...Gn,...qn,...Yn]),D=null,Ae=X({},[...Xn,...Zn,...Qn,...$n]),O=null,je=null,Me=null,Ne=Object.seal(sn(null,{tagCheck:{writable:!0,configurable:!1,enumerable:!0,value:null},attributeCheck:{writable:!0,configurable:!1,enumerable:!0,value:null}})),Pe=!0,Fe=!0,Ie=!1,Le=!0,k=!1,A=!0,Re=!1,j=!1,ze=null,Be=null,M=!1,N=!1,Ve=!1,He=!1,P=!0,Ue=!1,We=`user-content-`,Ge=!0,Ke=!1,F=null,qe=null,Je=!1,Ye=null,Xe=X({},/* @__PURE__ */ `annotation-xml.audio.colgroup.desc.foreignobject.head.iframe.math.mi.mn.mo.ms.mtext.noembed.noframes.noscript.plaintext.script.selectedcontent.style.svg.template.thead.title.video.xmp`.split(`.`)),Ze=null,Qe=X({},[`audio`,`video`,`img`,`source`,`image`,`track`]),$e=null,et=X({},[`alt`,`class`,`for`,`id`,`label`,`name`,`pattern`,`placeholder`,`role`,`summary`,`title`,`value`,`style`,`xmlns`]),tt=`http://www.w3.org/1998/Math/MathML`,nt=`http://www.w3.org/2000/svg`,I=`http://www.w3.org/1999/xhtml`,rt=I,it=!1,at=null,ot=X({},[tt,nt,I],Tn),st=U(X({},[`mi`,`mo`,`mn`,`ms`,`mtext`])),ct=null,lt=U(X({},[`annotation-xml`])),ut=null,dt=U(sn(null)),ft=X({},[`title`,`style`,`font`,`a`,`script`]),pt=null,mt=[`application/xhtml+xml`,`text/html`],L=null,ht=null,gt=null,_t=n.createElement(`form`),vt=function(e){return e instanceof RegExp||e instanceof Function},yt=function(){let e=arguments.length>0&&arguments[0]!==void 0?arguments[0]:{};e&&typeof e==`object`||(e={}),e=Rn(e),pt=mt.indexOf(e.PARSER_MEDIA_TYPE)===-1?`text/html`:e.PARSER_MEDIA_TYPE,L=pt===`application/xhtml+xml`?Tn:wn,E=Er(e,`ALLOWED_TAGS`,ke,{transform:L}),D=Er(e,`ALLOWED_ATTR`,Ae,{transform:L}),at=Er(e,`ALLOWED_NAMESPACES`,ot,{transform:Tn}),$e=Er(e,`ADD_URI_SAFE_ATTR`,et,{transform:L,base:et}),Ze=Er(e,`ADD_DATA_URI_TAGS`,Qe,{transform:L,base:Qe}),Ye=Er(e,`FORBID_CONTENTS`,Xe,{transform:L}),je=Er(e,`FORBID_TAGS`,sn(null),{transform:L}),Me=Er(e,`FORBID_ATTR`,sn(null),{transform:L}),Je=K(e,`USE_PROFILES`)?e.USE_PROFILES&&typeof e.USE_PROFILES==`object`?Rn(e.USE_PROFILES):e.USE_PROFILES:!1,Pe=e.ALLOW_ARIA_ATTR!==!1,Fe=e.ALLOW_DATA_ATTR!==!1,Ie=e.ALLOW_UNKNOWN_PROTOCOLS||!1,Le=e.ALLOW_SELF_CLOSE_IN_ATTR!==!1,k=e.SAFE_FOR_TEMPLATES||!1,A=e.SAFE_FOR_XML!==!1,Re=e.WHOLE_DOCUMENT||!1,N=e.RETURN_DOM||!1,Ve=e.RETURN_DOM_FRAGMENT||!1,He=e.RETURN_TRUSTED_TYPE||!1,M=e.FORCE_BODY||!1,P=e.SANITIZE_DOM!==!1,Ue=e.SANITIZE_NAMED_PROPS||!1,Ge=e.KEEP_CONTENT!==!1,Ke=e.IN_PLACE||!1,Oe=Hn(e.ALLOWED_URI_REGEXP)?e.ALLOWED_URI_REGEXP:cr,rt=typeof e.NAMESPACE==`string`?e.NAMESPACE:I,ct=Dr(e,`MATHML_TEXT_INTEGRATION_POINTS`,st),ut=Dr(e,`HTML_INTEGRATION_POINTS`,lt);let t=Dr(e,`CUSTOM_ELEMENT_HANDLING`,dt);if(O=sn(null),K(t,`tagNameCheck`)&&vt(t.tagNameCheck)&&(O.tagNameCheck=t.tagNameCheck),K(t,`attributeNameCheck`)&&vt(t.attributeNameCheck)&&(O.attributeNameCheck=t.attributeNameCheck),K(t,`allowCustomizedBuiltInElements`)&&typeof t.allowCustomizedBuiltInElements==`boolean`&&(O.allowCustomizedBuiltInElements=t.allowCustomizedBuiltInElements),W(O),k&&(Fe=!1),Ve&&(N=!0),Je&&((K(e,`ALLOWED_TAGS`)||K(e,`ALLOWED_ATTR`))&&typeof console<`u`&&typeof console.warn==`function`&&console.warn(`DOMPurify: USE_PROFILES overrides ALLOWED_TAGS and ALLOWED_ATTR. Do not use these options together.`),E=X({},Yn),D=sn(null),Je.html===!0&&(X(E,Un),X(D,Xn)),Je.svg===!0&&(X(E,Wn),X(D,Zn),X(D,$n)),Je.svgFilters===!0&&(X(E,Gn),X(D,Zn),X(D,$n)),Je.mathMl===!0&&(X(E,qn),X(D,Qn),X(D,$n))),Ne.tagCheck=null,Ne.attributeCheck=null,K(e,`ADD_TAGS`)&&(typeof e.ADD_TAGS==`function`?Ne.tagCheck=e.ADD_TAGS:gn(e.ADD_TAGS)&&(E===ke&&(E=zn(E)),X(E,e.ADD_TAGS,L))),K(e,`ADD_ATTR`)&&(typeof e.ADD_ATTR==`function`?Ne.attributeCheck=e.ADD_ATTR:gn(e.ADD_ATTR)&&(D===Ae&&(D=zn(D)),X(D,e.ADD_ATTR,L))),K(e,`ADD_FORBID_CONTENTS`)&&gn(e.ADD_FORBID_CONTENTS)&&(Ye===Xe&&(Ye=zn(Ye)),X(Ye,e.ADD_FORBID_CONTENTS,L)),Ge&&(E[`#text`]=!0),Re&&X(E,[`html`,`head`,`body`]),E.table&&(E.tbody=!0,delete je.tbody),e.TRUSTED_TYPES_POLICY){if(typeof e.TRUSTED_TYPES_POLICY.createHTML!=`function`)throw J(`TRUSTED_TYPES_POLICY configuration option must provide a "createHTML" hook.`);if(typeof e.TRUSTED_TYPES_POLICY.createScriptURL!=`function`)throw J(`TRUSTED_TYPES_POLICY configuration option must provide a "createScriptURL" hook.`);let t=y;y=e.TRUSTED_TYPES_POLICY;try{b=S(``)}catch(e){throw y=t,e}}else e.TRUSTED_TYPES_POLICY===null?(y=void 0,b=``):(y===void 0&&(y=he()),y&&typeof b==`string`&&(b=S(``)));ht=U(e)},bt=X({},[...Wn,...Gn,...Kn]),xt=X({},[...qn,...Jn]),St=function(e,t,n){return t===I?e===`svg`:t===tt?e===`svg`&&(n===`annotation-xml`||ct[n]):!!bt[e]},Ct=function(e,t,n){return t===I?e===`math`:t===nt?e===`math`&&ut[n]:!!xt[e]},wt=function(e,t,n){return t===nt&&!ut[n]||t===tt&&!ct[n]?!1:!xt[e]&&(ft[e]||!bt[e])},Tt=function(e){let t=ce(e),n=wn(v(e)),r=m(e),i=rt,a=`template`;return r&&_(r)===Q.element&&(i=ce(r),a=wn(v(r))),at[t]?t===nt?St(n,i,a):t===tt?Ct(n,i,a):t===I?wt(n,i,a):pt===`application/xhtml+xml`:!1},Et=function(e){pn(t.removed,{element:e}),Rt(e);try{m(e).removeChild(e)}catch{if(ee(e),!m(e))throw J(`a node selected for removal could not be detached from its tree and cannot be safely returned; refusing to sanitize in place`)}},Dt=function(e,t,n){try{ne(e,t)}catch{try{e.removeAttribute(n)}catch{}}},Ot=function(e){Mt(e);let t=p(e);t&&G(mn(t),t=>{try{te(e,t)}catch{}}),_(e)===Q.element&&At(e,!1)},kt=function(e,n,r){if(!r)try{r=n.getAttributeNode(e)}catch{r=null}if(pn(t.removed,{attribute:r||null,from:n}),r)Dt(n,r,e);else try{n.removeAttribute(e)}catch{}if(e===`is`){if(N||Ve)try{Et(n)}catch{}else try{n.setAttribute(e,``)}catch{}}},At=function(e,t){let n=ae(e);if(n)for(let r=n.length-1;r>=0;--r){let i=n[r],a=i&&i.name;typeof a==`string`&&!(t&&D[L(a)])&&Dt(e,i,a)}},jt=function(e,t){let n=arguments.length>2&&arguments[2]!==void 0&&arguments[2],r=[e];for(;r.length>0;){let e=r.pop();if(t(e)===!1)continue;if(n&&_(e)===Q.element){let t=ie(e);Jt(t)&&r.push(t)}let i=p(e);if(i)for(let e=i.length-1;e>=0;--e)r.push(i[e])}},Mt=function(e){jt(e,e=>{_(e)===Q.element&&At(e,!0)})},Nt=function(e){let t=[];return jt(e,e=>{t.push(e)},!0),t},Pt=function(e,t){let n=_n();G(Nt(e),e=>{_(e)===Q.element&&vn(n,e)}),G(t,e=>{_(e)===Q.element&&!yn(n,e)&&At(e,!0)})},Ft=function(e,n){let r=!1;return G(t.removed,t=>{t.element&&(r||=t.element===e,Mt(t.element))}),Pt(e,n),r},It=function(e,t){Ot(e),Ft(e,t)},R=function(e,t){let n=F,r=null,i=()=>(r||(r=_n(),G(t,e=>{vn(r,e)})),r);for(let t=0;;t++){let r=Nt(e),a=[e],o=!1;if(G(r,e=>{_(e)===Q.documentFragment?pn(a,e):!o&&!yn(n,e)&&(o=yn(i(),e))}),!o)return;if(t>=8)throw J(`the tree kept changing during in-place sanitization; refusing to return it`);G(a,(t,n)=>{z(t,n>0,e,i())})}},z=function(e,t,n,r){let i=Ht(e),a;for(;a=i.nextNode();)yn(r,a)&&!yn(F,a)&&(t&&H(C.uponSanitizeShadowNode,a,null),Mn(a,n))},Lt=function(e){if(!F)return;vn(F,e);let t=Sn(qe,e);if(t!==void 0){if(t>=8)throw J(`the tree kept changing during in-place sanitization; refusing to return it`);Cn(qe,e,t+1)}},Rt=function(e){F&&(bn(F,e),Sn(qe,e)===void 0&&Cn(qe,e,0))},zt=function(e,t){return A?e===`patchsrc`||e===`for`&&t!==`label`&&t!==`output`:!1},Bt=function(e){A&&jt(e,e=>{let t=_(e);if(t===Q.processingInstruction||t===Q.comment&&q(mr,e.data)){try{ee(e)}catch{}return!1}if(t===Q.element){let t=e,n=L(v(e));try{t.hasAttribute&&t.hasAttribute(`patchsrc`)&&t.removeAttribute(`patchsrc`),t.hasAttribute&&t.hasAttribute(`for`)&&zt(`for`,n)&&t.removeAttribute(`for`)}catch{}}return!0})},Vt=function(e){let t=null,r=null;if(M)e=`<remove></remove>`+e;else{let t=En(e,yr);r=t&&t[0]}pt===`application/xhtml+xml`&&rt===I&&(e=`<html xmlns="http://www.w3.org/1999/xhtml"><head></head><body>`+e+`</body></html>`);let i=y?S(e):e;if(rt===I)try{t=new l().parseFromString(i,pt)}catch{}if(!t||!t.documentElement){t=_e.createDocument(rt,`template`,null);try{t.documentElement.innerHTML=it?b:i}catch{}}let a=t.body||t.documentElement;return e&&r&&a.insertBefore(n.createTextNode(r),a.childNodes[0]||null),rt===I?be.call(t,Re?`html`:`body`)[0]:Re?t.documentElement:a},Ht=function(e){let t=arguments.length>1&&arguments[1]!==void 0&&arguments[1],n=oe?oe(e):e.ownerDocument;return ve.call(n||e,e,(t?0:c.SHOW_ELEMENT)|c.SHOW_COMMENT|c.SHOW_TEXT|c.SHOW_PROCESSING_INSTRUCTION|c.SHOW_CDATA_SECTION,null)},Ut=function(e){return e=Dn(e,Se,` `),e=Dn(e,Ce,` `),e=Dn(e,w,` `),e},B=function(e){Kt(e);let t=e.querySelectorAll?.call(e,`template`);t&&G(t,e=>{Jt(e.content)&&B(e.content)})},Wt=X({},[`caption`,`colgroup`,`col`,`thead`,`tbody`,`tfoot`,`tr`,`td`,`th`,`style`,`script`,`template`]),Gt=function(e){if(pt===`application/xhtml+xml`)return;let t=e.querySelectorAll?.call(e,`table,tbody,thead,tfoot,tr,colgroup`);t&&t.length!==0&&G(t,t=>{G(mn(p(t)),n=>{let r=_(n);if(!(r===Q.text?q(ir,n.data):r===Q.element&&!Wt[wn(v(n))]))return;let i=t;for(;i&&wn(v(i))!==`table`;)i=i===e?null:m(i);let a=i&&i!==e?m(i):null;if(a)try{a.insertBefore(n,i)}catch{}})})},Kt=function(e){Gt(e),e.normalize();let t=Ht(e,!0),n=null,r=t.nextNode();for(;r;){let e=r.data;if(q(ar,e)&&(e=Dn(e,ar,``),r.data=e),q(rr,e)&&(e=Ut(e),r.data=e),e&&_(r)===Q.text){if(n){let t=n.data;q(rr,t[t.length-1]+e[0])&&(n.data=Ut(t+e[0]))}n=r}r=t.nextNode()}},V=function(e){let t=g?g(e):null;return typeof t!=`string`||L(t)!==`form`?!1:typeof e.nodeName!=`string`||typeof e.textContent!=`string`||typeof e.removeChild!=`function`||e.attributes!==ae(e)||typeof e.removeAttribute!=`function`||typeof e.removeAttributeNode!=`function`||typeof e.getAttributeNode!=`function`||typeof e.setAttribute!=`function`||typeof e.namespaceURI!=`string`||typeof e.insertBefore!=`function`||typeof e.hasChildNodes!=`function`||e.nodeType!==h(e)||e.childNodes!==p(e)},qt=function(e){if(!h||typeof e!=`object`||!e)return null;try{let t=h(e);return typeof t==`number`?t:null}catch{return null}},Jt=function(e){return qt(e)===Q.documentFragment},Yt=function(e){return qt(e)!==null};function H(e,n,r){e.length!==0&&G(e,e=>{e.call(t,n,r,ht)})}let Xt=function(e,t){let n=!!Sr[t],r=!!br[t];return!n&&!r&&!xr[t]||ce(e)!==I?!1:n?e.hasChildNodes():Yt(e.firstElementChild)?!0:r&&typeof e.textContent==`string`&&q(pr,e.textContent)},Zt=function(e,t,n){return!!(A&&n===Q.element&&e.hasChildNodes()&&!Yt(e.firstElementChild)&&q(pr,e.textContent)&&q(pr,e.innerHTML)||A&&n===Q.element&&Xt(e,t)||n===Q.processingInstruction||A&&n===Q.comment&&q(hr,e.data))},Qt=function(e,t){return e instanceof RegExp?q(e,t):e instanceof Function&&!!e(t,...[...arguments].slice(2))},$t=function(e,t,n){if(!je[t]&&cn(t)&&Qt(O.tagNameCheck,t))return!1;if(Ge&&!Ye[t]&&!Ye[wn(t)]){let t=m(e),r=p(e);if(r&&t){let i=r.length;for(let a=i-1;a>=0;--a){let i=e===n?f(r[a],!0):r[a];t.insertBefore(i,re(e))}}}return Et(e),!0},tn=function(e,t,n,r){return e.length===0?t:t===n||t===r?zn(t):t},nn=function(e,t){return e===t||m(e)!==null?!1:(Ke&&Mt(e),Rt(e),!0)},rn=function(e,n){if(Lt(e),H(C.beforeSanitizeElements,e,null),nn(e,n))return!0;if(V(e))return Et(e),!0;let r=L(v(e)),i=_(e);if(E=tn(C.uponSanitizeElement,E,ke,ze),H(C.uponSanitizeElement,e,{tagName:r,allowedTags:E}),nn(e,n))return!0;if(Zt(e,r,i))return Et(e),!0;if((je[r]||!(Ne.tagCheck instanceof Function&&Ne.tagCheck(r))&&!E[r])&&$t(e,r,n))return!0;if(i===Q.element&&!Tt(e)||(r===`noscript`||r===`noembed`||r===`noframes`)&&q(gr,e.innerHTML))return Et(e),!0;if(k&&i===Q.text){let n=e.textContent,r=Ut(n);n!==r&&(pn(t.removed,{element:e.cloneNode()}),e.textContent=r)}return H(C.afterSanitizeElements,e,null),nn(e,n)},an=function(e,t,r){if(Me[t]||zt(t,e)||P&&(t===`id`||t===`name`)&&(r in n||r in _t))return!1;let i=D[t]||Ne.attributeCheck instanceof Function&&Ne.attributeCheck(t,e);if(Fe&&q(we,t)||Pe&&q(Te,t))return!0;if(!i)return cn(e)&&Qt(O.tagNameCheck,e)&&Qt(O.attributeNameCheck,t,e)||t===`is`&&O.allowCustomizedBuiltInElements&&Qt(O.tagNameCheck,r);if($e[t])return!0;let a=Dn(r,Ee,``);return q(Oe,a)||(t===`src`||t===`xlink:href`||t===`href`)&&e!==`script`&&On(r,`data:`)===0&&Ze[e]||Ie&&!q(T,a)?!0:!r},on=X({},[`annotation-xml`,`color-profile`,`font-face`,`font-face-format`,`font-face-name`,`font-face-src`,`font-face-uri`,`missing-glyph`]),cn=function(e){return!on[wn(e)]&&q(De,e)},ln=function(e,t,n,r){if(y&&typeof u==`object`&&typeof u.getAttributeType==`function`&&!n)switch(u.getAttributeType(e,t)){case`TrustedHTML`:return S(r);case`TrustedScriptURL`:return me(r)}return r},un=function(e,t,n,r){try{return n?e.setAttributeNS(n,t,r):e.setAttribute(t,r),!V(e)||(Et(e),!1)}catch{return kt(t,e),!1}},An=function(e,t){return A&&q(vr,t)?!0:wn(e)===`attributename`&&On(t,`href`)!==-1},jn=function(e,n){if(H(C.beforeSanitizeAttributes,e,null),nn(e,n))return;let r=le(e);if(!r||V(e))return;D=tn(C.uponSanitizeAttribute,D,Ae,Be);let i={attrName:``,attrValue:``,keepAttr:!0,allowedAttributes:D,forceKeepAttr:void 0},a=r.length,o=L(v(e));for(;a--;){let n=r[a];if(!n)continue;let s=n.name,c=n.namespaceURI,l=n.value,u=L(s),d=l,f=s===`value`?d:kn(d),ee=!1;i.attrName=u,i.attrValue=f,i.keepAttr=!0,i.forceKeepAttr=void 0,H(C.uponSanitizeAttribute,e,i),f=i.attrValue,Ue&&(u===`id`||u===`name`)&&On(f,We)!==0&&(kt(s,e,n),f=We+f,ee=!0),An(s,f)?kt(s,e,n):i.forceKeepAttr||(i.keepAttr?!Le&&q(_r,f)?kt(s,e,n):(k&&(f=Ut(f)),an(o,u,f)?(f=ln(o,u,c,f),f!==d&&un(e,s,c,f)&&ee&&fn(t.removed)):kt(s,e,n)):kt(s,e,n))}H(C.afterSanitizeAttributes,e,null),nn(e,n)},Mn=function(e,t){rn(e,t),jn(e,t),Jt(e.content)&&Nn(e.content)},Nn=function(e){let t=null,n=Ht(e);for(H(C.beforeSanitizeShadowDOM,e,null);t=n.nextNode();)if(H(C.uponSanitizeShadowNode,t,null),Mn(t,e),_(t)===Q.element){let e=ie(t);Jt(e)&&(Pn(e),Nn(e))}k&&Kt(e),H(C.afterSanitizeShadowDOM,e,null)},Pn=function(e){let t=[{node:e,shadow:null}];for(;t.length>0;){let e=t.pop();if(e.shadow){Nn(e.shadow);continue}let n=e.node,r=_(n)===Q.element,i=p(n);if(i)for(let e=i.length-1;e>=0;--e)t.push({node:i[e],shadow:null});if(r){let e=g?g(n):null;if(typeof e==`string`&&L(e)===`template`){let e=n.content;Jt(e)&&t.push({node:e,shadow:null})}}if(r){let e=ie(n);Jt(e)&&t.push({node:null,shadow:e},{node:e,shadow:null})}}},Fn=function(e){let n=arguments.length>1&&arguments[1]!==void 0?arguments[1]:{},i=null,a=null,o=null,s=null;if(it=!e,it&&(e=`<!-->`),typeof e!=`string`&&!Yt(e)&&(e=Bn(e),typeof e!=`string`))throw J(`dirty is not a string, aborting`);if(!t.isSupported)return e;j?(E=ze,D=Be):yt(n),gt=ht,t.removed=[];let c=Ke&&typeof e!=`string`&&Yt(e),l=[],u=F,d=qe;if(c){Bt(e),l=Nt(e);let t=v(e);if(typeof t==`string`){let n=L(t);if(!E[n]||je[n])throw It(e,l),J(`root node is forbidden and cannot be sanitized in-place`)}if(V(e))throw It(e,l),J(`root node is clobbered and cannot be sanitized in-place`);F=_n(),qe=xn()}else if(Yt(e))i=Vt(`<!---->`),a=i.ownerDocument.importNode(e,!0),a.nodeType===Q.element&&a.nodeName===`BODY`||a.nodeName===`HTML`?i=a:i.appendChild(a),Pn(i);else{if(!N&&!k&&!Re&&e.indexOf(`<`)===-1)return pe(e);if(i=Vt(e),!i)return N?null:He?b:``}i&&M&&Et(i.firstChild);let f=c?e:i;try{c&&Pn(e);let t=Ht(f);for(;o=t.nextNode();)Mn(o,f);c&&R(e,l)}catch(t){throw c&&It(e,l),t}finally{F=u,qe=d}if(c){if(Ft(e,l))throw J(`a node selected for removal could not be safely returned; refusing to sanitize in place`);return k&&B(e),e}if(N){if(k&&B(i),Ve)for(s=ye.call(i.ownerDocument);i.firstChild;)s.appendChild(i.firstChild);else s=i;return(D.shadowroot||D.shadowrootmode)&&(s=xe.call(r,s,!0)),s}k&&Kt(i);let ee=Re?i.outerHTML:i.innerHTML;return Re&&E[`!doctype`]&&i.ownerDocument&&i.ownerDocument.doctype&&i.ownerDocument.doctype.name&&q(dr,i.ownerDocument.doctype.name)&&(ee=`<!DOCTYPE `+i.ownerDocument.doctype.name+`>
`+ee),pe(ee)};return t.sanitize=function(e){let n=arguments.length>1&&arguments[1]!==void 0?arguments[1]:{},r=gt,i=E,a=D,o=t.removed;gt=null;try{return Fn(e,n)}finally{gt=r,r&&(j||yt(r),E=i,D=a,t.removed=o)}},t.setConfig=function(){let e=arguments.length>0&&arguments[0]!==void 0?arguments[0]:{};yt(e),j=!0,ze=E,Be=D},t.clearConfig=function(){ht=null,j=!1,ze=null,Be=null,y=x,b=``},t.isValidAttribute=function(e,t,n){ht||yt({});let r=L(e),i=L(t);return typeof n==`string`&&(An(t,n)||!Le&&q(_r,n))?!1:an(r,i,n)},t.addHook=function(e,t){typeof t==`function`&&K(C,e)&&pn(C[e],t)},t.removeHook=function(e,t){if(K(C,e)){if(t!==void 0){let n=dn(C[e],t);return n===-1?void 0:hn(C[e],n,1)[0]}return fn(C[e])}},t.removeHooks=function(e){K(C,e)&&(C[e]=[])},t.removeAllHooks=function(){C=Tr()},t}var kr=Or(),Ar=`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,jr=e=>Ar+kr.sanitize(e,{FORBID_TAGS:[`form`,`input`,`button`,`iframe`,`style`]}),Mr=null;function Nr(e){let t=window.trustedTypes;return Mr??=t?.createPolicy(`mass-reply`,{createHTML:jr})??{createHTML:jr},Mr.createHTML(e)}var Pr=class extends A{constructor(...e){super(...e),this.text=``,this.named=``,this.#e=null}#e;createRenderRoot(){return this}willUpdate(e){if(e.has(`text`))try{this.#e=Nr(this.text)}catch{this.#e=null}}render(){return this.#e===null?w`<pre class="bubble">${this.text}</pre>`:w`<iframe class="mail" sandbox="" title=${this.named} .srcdoc=${this.#e}></iframe>`}};R([M({attribute:!1})],Pr.prototype,`text`,void 0),R([M({attribute:!1})],Pr.prototype,`named`,void 0),Pr=R([j(`mass-reply-html`)],Pr);var Fr=3;function Ir(e,t){let{say:n}=t,r=e.batch;return w`<h3>${n(`text_for`)}</h3>
    <div class="samples">${Lr(e,t)}</div>
    ${r.message.html?w`<mass-reply-html .text=${r.message.html} .named=${n(`html_part`)}></mass-reply-html>`:T}
    <div class="columns">
      <div class="stack"><h3>${n(`costs`)}</h3><ul>${Rr(r,t)}</ul></div>
      ${zr(r,t)}
    </div>`}function Lr(e,{channel:t,say:n,who:r}){let i=/* @__PURE__ */ new Set,a=e=>!i.has(e)&&i.add(e),o=e.batch.preflight?.samples??[],s=o.filter(e=>a(e.channel));return[...s,...o.filter(e=>!s.includes(e))].slice(0,Fr).map(i=>{let a=e.people.get(i.conversation_id)?.contact;return w`<div>
      <p class="soft">${t(i.channel)} · ${n(`to`,{name:r(a)})}</p>
      <div class="bubble" tabindex="0">${i.text}</div>
    </div>`})}function Rr({preflight:e},{say:t}){let n=e?.billable,r=[[n?.sms_segments,`cost_sms`],[n?.whatsapp_in_window,`cost_whatsapp`],[n?.whatsapp_templates,`cost_template`]].flatMap(([e,t])=>e?[{n:e,key:t}]:[]);return r.length?r.map(({n:e,key:n})=>w`<li>${t(n,{n:e})}</li>`):w`<li>${t(`costs_nothing`)}</li>`}function zr({preflight:e},t){let n=e?.warnings??[];return n.length?w`<ul class="note amber">${zt(t,n)}</ul>`:T}var Br=class extends z{constructor(...e){super(...e),this.typeFrom=100,this.typed=``}get isReady(){let e=this.model.batch?.recipient_count;return!e||this.model.batch?.status!==`awaiting_confirmation`?!1:e<this.typeFrom||this.typed.replace(/[\s.,’'  ]/g,``)===String(e)}shouldUpdate(){return this.model.batch!==null}render(){let{say:e}=this.words,t=this.model.batch,n=t.recipient_count;return t.status===`preparing`||n===null?w`<div class="body"><p class="soft">${e(`preparing_hint`)}</p></div>`:t.status===`expired`?w`<div class="body"><p class="note">${e(`expired`)}</p></div>`:w`<div class="body" part="body">
      ${this.#e(n)}
      <p>${e(`frozen`)}</p>
      ${Ir(this.model,this.words)}
      <ul class="soft">${this.#t(n)}</ul>
      <mass-reply-people .model=${this.model} .words=${this.words} status="skipped"></mass-reply-people>
      ${n>=this.typeFrom?w`<label class="field"
              ><strong>${e(`type_number`,{n})}</strong>
              <input inputmode="numeric" autocomplete="off" size="10" .value=${this.typed} @input=${this.#n} />
            </label>`:T}
    </div>`}#e(e){let{say:t}=this.words,n=this.model.shownBefore;if(n===null||n===e)return T;let r=e>n?t(`changed_more`,{n:e-n}):t(`changed_less`,{n:n-e});return w`<p class="note amber" role="alert">${t(`changed`,{before:n,n:e})} <strong>${r}</strong></p>`}#t(e){let{say:t,time:n}=this.words,{draft:r,batch:i,preview:a}=this.model,o=a?.approval_above??null;return[t(`in_name_of`,{name:i.author.name}),o!==null&&e>o?t(`will_ask`):null,r.sendAt?t(`will_schedule`,{time:n(new Date(r.sendAt).toISOString())}):r.hold?t(`will_hold`):null,r.sample!==null&&r.sample<e?t(`will_sample`,{n:r.sample}):null,i.mark_as_done?t(`will_mark_done`):null,i.expires_at?t(`expires`,{time:n(i.expires_at)}):null].map(e=>e&&w`<li>${e}</li>`)}#n(e){this.typed=e.target.value,this.dispatchEvent(new Event(`typed`,{bubbles:!0}))}};R([M({type:Number})],Br.prototype,`typeFrom`,void 0),R([N()],Br.prototype,`typed`,void 0),Br=R([j(`mass-reply-confirm`)],Br);function Vr(e,t,n,r){let i=r&&(n===`pause`||n===`resume`)?{channel_account:r}:{};return e.post(`/mass-replies/{id}/${n}`,{path:{id:t},body:i})}var Hr=(e,t,n)=>e.post(`/mass-replies/{id}/reject`,{path:{id:t},body:{reason:n}}),Ur=(e,t,n)=>e.post(`/mass-replies/{id}/retry`,{path:{id:t},body:{reason_codes:n},headers:Gr()}),Wr=(e,t,n)=>e.post(`/mass-replies/{id}/resolve`,{path:{id:t},body:n,headers:Gr()}),Gr=()=>({"Idempotency-Key":Qe()}),Kr=()=>({text:``,attachments:[],markAsDone:!1,hold:!0,sendAt:``,sample:null,blank:!1,template:{name:``,language:`en`,parameters:``}}),qr=7,Jr=`mass-reply:draft:`,Yr=class{#e;constructor(...e){this.#e=Jr+Xr(JSON.stringify(e))}load(){try{let e=JSON.parse(localStorage.getItem(this.#e)??`null`);return e&&Date.now()-Date.parse(e.at)<qr*864e5?{...e,draft:{...Kr(),...e.draft}}:null}catch{return null}}save(e,t){try{localStorage.setItem(this.#e,JSON.stringify({draft:e,id:t,at:(/* @__PURE__ */ new Date()).toISOString()}))}catch{}}forget(){try{localStorage.removeItem(this.#e)}catch{}}};function Xr(e){let t=14695981039346656037n;for(let n=0;n<e.length;n++)t=BigInt.asUintN(64,(t^BigInt(e.charCodeAt(n)))*1099511628211n);return t.toString(16)}var Zr=2e3,Qr=class{#e;#t;constructor(e,t,n){this.api=e,this.batch=t,this.changed=n,this.items=[],this.lost=!1,this.#e=``,this.#t=!1}async learn(){if(!this.#t){this.#t=!0;for(let e=this.batch();e&&this.#e!==$r(e);e=this.batch())await this.#n(e),this.changed(),await Ze(Zr);this.#t=!1}}async#n(e){try{this.items=(await this.api.get(`/mass-replies/{id}/reasons`,{path:{id:e.id}})).items,this.lost=!1}catch(e){if(this.lost=!0,e instanceof Ue||Ge(e))return}this.#e=$r(e)}},$r=({id:e,counts:t})=>[e,t?.failed,t?.uncertain,t?.skipped,t?.cancelled].join(),ei=250,ti=/* @__PURE__ */ new Set([`preparing`,`awaiting_confirmation`,`expired`]),ni=250,ri=class extends EventTarget{#e;#t;#n;#r;#i;#a;#o;#s;#c;constructor(e,t){super(),this.api=e,this.selection=t,this.moment=`opening`,this.me=null,this.draft=Kr(),this.restored=null,this.preview=null,this.previewing=!1,this.snippets=[],this.people=/* @__PURE__ */ new Map,this.batch=null,this.shownBefore=null,this.trouble=null,this.busy=0,this.acting=!1,this.lostSince=null,this.lastHeard=(/* @__PURE__ */ new Date()).toISOString(),this.#e=null,this.#t=!1,this.#n=0,this.#r=0,this.#i=null,this.#a=null,this.#o=Qe(),this.#s=0,this.#c=null,this.act=(e,t)=>this.#_(n=>Vr(this.api,n,e,t??null)),this.reject=e=>this.#_(t=>Hr(this.api,t,e)),this.retry=e=>this.#_(t=>Ur(this.api,t,e)),this.resolve=e=>this.#_(t=>Wr(this.api,t,e)),this.#_=e=>this.#T(async()=>this.#v(await e(this.batch.id))),this.#S=e=>this.#u({busy:e}),this.reasons=new Qr(e,()=>this.#t?null:this.batch,()=>this.#u({})),e.whenBusy.add(this.#S)}get maySend(){return this.#l(`mass_replies:send`)}get mayApprove(){return this.#l(`mass_replies:approve`)&&!this.isMine}get isMine(){let e=this.me?.user?.id??this.me?.key?.id;return this.batch!==null&&e!==void 0&&this.batch.author.id===e}get isDirty(){return this.moment===`write`&&(this.draft.text.trim()!==``||this.draft.attachments.length>0)}#l(e){return this.me?.permissions.includes(e)??!1}#u(e){Object.assign(this,e),this.dispatchEvent(new Event(`change`))}async open(e){this.#e=e,await this.#T(async()=>{this.me=await this.api.get(`/me`),this.#i=this.selection&&new Yr(this.api.base,this.me.tenant,this.me.user?.id,this.selection);let t=this.#i?.load()??null;t?.draft.text&&(this.draft=t.draft,this.restored=t.at);let n=await this.#d(e??t?.id??null,e!==null);n?this.#v(n):await this.#f()})}async#d(e,t){if(e===null)return null;try{let n=await this.api.get(`/mass-replies/{id}`,{path:{id:e}});return t||n.confirmed_at&&!tt.has(n.status)?n:null}catch(e){if(t||!(e instanceof P&&e.status===404))throw e;return null}}async#f(){if(this.#u({moment:`write`,batch:null}),!this.maySend)return;this.look();let e=await this.api.get(`/snippets`,{query:{limit:500}});this.#u({snippets:e.items})}change(e){this.draft={...this.draft,...e},this.#o=Qe(),this.#p(null),this.#u({restored:null}),this.look()}#p(e){this.draft.text||e?this.#i?.save(this.draft,e):this.#i?.forget()}discard(){this.#i?.forget(),this.draft=Kr()}look(){return this.#s++,this.#c??=this.#m().finally(()=>this.#c=null)}async#m(){this.#u({previewing:!0});for(let e=-1;e!==this.#s;)e=this.#s,this.preview&&await Ze(ei),e===this.#s&&await this.#h();this.#u({previewing:!1})}async#h(){try{let{message:e,...t}=this.#g(this.draft),n=await this.api.post(`/mass-replies/preview`,{body:{...t,message:e.text.trim()?e:void 0}});this.#u({preview:n,trouble:null}),await this.meet(n.preflight.samples.map(e=>e.conversation_id))}catch(e){this.#u({trouble:ai(e)})}}async meet(e){let t=e.filter(e=>!this.people.has(e));await Promise.allSettled(t.map(async e=>this.people.set(e,await this.api.get(`/conversations/{conversation_id}`,{path:{conversation_id:e}})))),t.length&&this.#u({})}#g(e){let{template:t}=e;return{selection:this.selection,message:{text:e.text,attachment_ids:e.attachments.map(e=>e.id)},mark_as_done:e.markAsDone,on_unresolved:e.blank?`blank`:`skip`,whatsapp_template:t.name.trim()?{name:t.name.trim(),language:t.language.trim(),body_parameters:t.parameters.split(`
`).filter(e=>e.trim())}:null}}async attach(e){await this.#T(async()=>{let t=new FormData;t.set(`file`,e);let n=await this.api.ask(`/attachments`,{method:`POST`,body:t},e=>e.json());this.change({attachments:[...this.draft.attachments,n]})})}async review(){await this.#T(async()=>{this.shownBefore=this.preview?.recipient_count??null;let e={"Idempotency-Key":this.#o},t=await this.api.post(`/mass-replies`,{body:this.#g(this.draft),headers:e});this.#p(t.id),this.#v(t),this.#C(`created`)})}async back(){this.#a?.abort();let e=this.batch?.id;this.#o=Qe(),this.#p(null),this.#u({moment:`write`,batch:null,trouble:null}),this.look(),e&&await this.api.post(`/mass-replies/{id}/cancel`,{path:{id:e},body:{}}).catch(()=>{})}async confirm(){let{draft:e,batch:t}=this;await this.#T(async()=>{this.shownBefore=t.recipient_count;let n=await this.api.post(`/mass-replies/{id}/confirm`,{path:{id:t.id},body:{recipient_count:t.recipient_count,hold_seconds:e.sendAt||!e.hold?0:30,send_at:e.sendAt?new Date(e.sendAt).toISOString():null,sample_size:e.sample}});this.draft=Kr(),this.#p(n.id),this.#C(`confirmed`,n),this.#v(n)})}async export(){await this.#T(async()=>{let{id:e}=this.batch;ii(await this.api.ask(`/mass-replies/${e}/deliveries`,{headers:{Accept:`text/csv`}},e=>e.blob()),`mass-reply-${e}.csv`)})}#_;#v(e){this.#y(e),this.#u({}),this.#b(e.id)}#y(e){let t=this.batch?.id===e.id?this.batch:null;t&&t.status!==e.status&&this.trouble instanceof Ue&&(this.trouble=null),this.moment=this.selection&&ti.has(e.status)&&!e.confirmed_at?`confirm`:`watch`,this.batch=e,e.preflight&&!t?.preflight&&this.meet(e.preflight.samples.map(e=>e.conversation_id)),e.started_at&&t&&!t.started_at&&this.#C(`sent`,e),e.finished_at&&t&&!t.finished_at&&this.#C(`finished`,e)}#b(e){this.#a?.abort(),this.#a=new AbortController,nt(this.api,e,{changed:e=>{Object.assign(this,{lostSince:null,lastHeard:(/* @__PURE__ */ new Date()).toISOString()}),this.#y(e),this.#x()},lost:e=>{let t=e instanceof We||e instanceof P&&e.status<500;this.#u(t?{trouble:e}:{lostSince:this.lastHeard})}},this.#a.signal)}#x(){if(this.#r)return;let e=Math.max(0,this.#n+ni-performance.now());this.#r=window.setTimeout(()=>{this.#r=0,this.#n=performance.now(),this.#u({})},e)}async again(){this.#u({trouble:null}),this.moment===`opening`?await this.open(this.#e):this.moment===`write`?await this.look():this.batch&&this.#b(this.batch.id)}#S;leave(){this.#t=!0,this.#a?.abort(),this.api.whenBusy.delete(this.#S)}#C(e,t=this.batch){this.dispatchEvent(new CustomEvent(e,{detail:{id:t?.id??null,count:t?.recipient_count??null,counts:t?.counts??null}}))}async#w(e){let{trouble:t}=this;try{this.#v(await this.api.get(`/mass-replies/{id}`,{path:{id:e}})),this.trouble=t}catch{}}async#T(e){if(!this.acting){this.#u({acting:!0,trouble:null});try{await e()}catch(e){this.trouble=ai(e),e instanceof P&&e.status===409&&this.batch&&await this.#w(this.batch.id)}finally{this.#u({acting:!1})}}}};function ii(e,t){let n=document.createElement(`a`);n.href=URL.createObjectURL(e),n.download=t,n.click(),setTimeout(()=>URL.revokeObjectURL(n.href),6e4)}function ai(e){if(e instanceof P||e instanceof Ue||e instanceof We)return e;throw e}var oi=e=>e.sent+e.delivered+e.read,si=e=>e.lanes.reduce((e,t)=>e+Object.values(t.counts).reduce((e,t)=>e+t,0),0),ci=e=>e.queued+e.sending;function li(e,t,n){let{say:r}=t;if(!e||e.moment===`opening`)return r(e?.trouble?`not_opened`:`opening`);if(e.moment===`write`)return ui(e,t);let i=e.batch;return e.moment===`confirm`?di(i,t):mi(i,t,n)}function ui({preview:e,trouble:t},{say:n}){return t instanceof P&&t.code===`selection_empty`?n(`empty_selection`):e?e.recipient_count===null?n(`selected_only`,{n:e.selected_count}):e.recipient_count===0?n(`nothing_to_send`):n(e.recipient_count===e.selected_count?`will_get_all`:`will_get`,{n:e.recipient_count,of:e.selected_count}):n(t?`not_counted`:`counting`)}function di(e,t){let{say:n}=t;return e.status===`preparing`?fi(e,t):e.status===`expired`?t.batchStatus(`expired`):e.recipient_count?n(`confirm_title`,{n:e.recipient_count}):n(`nothing_to_send`)}function fi(e,{say:t}){let n=si(e);return n?t(`preparing_of`,{done:n,n:e.selected_count}):t(`preparing`,{n:e.selected_count})}var pi={sample_sent:`paused_sample`,failure_share:`paused_failures`,account:`paused_account`,person:`paused_person`};function mi(e,t,n){let{say:r}=t,{status:i,counts:a,dispatch_at:o}=e;if(i===`awaiting_approval`)return r(`awaits_approval`);if(i===`preparing`)return fi(e,t);if(i===`scheduled`&&o){let e=Math.max(0,Math.ceil((Date.parse(o)-n)/1e3));return e<=120?r(`sends_in`,{n:e}):r(`sends_at`,{time:t.time(o)})}if(!a||i===`awaiting_confirmation`)return t.batchStatus(i);if(i===`sending`)return r(`sending`,{done:e.recipient_count-ci(a),n:e.recipient_count});if(i===`paused`)return r(pi[e.pause_reason??`person`],{n:ci(a)});if(i===`expired`)return r(`expired`);let s=oi(a);return i===`cancelled`&&s+a.failed+a.uncertain===0?r(e.approval?.ruling===`rejected`?`rejected_title`:`undone`):[r(`sent_to`,{n:s}),a.failed&&r(`n_failed`,{n:a.failed}),a.uncertain&&r(`n_unknown`,{n:a.uncertain}),a.cancelled&&r(`n_cancelled`,{n:a.cancelled})].filter(Boolean).join(` `)}function hi(e,t){let{say:n,number:r}=t,{moment:i,preview:a,lostSince:o}=e;if(o)return w`<p class="note amber" role="status">${n(`offline`,{time:t.time(o)})}</p>`;if(i!==`write`||!a)return T;if(a.recipient_count===null)return w`<span class="soft">${n(`counted_on_review`)}</span>`;let s=a.selected_count-a.recipient_count;if(!s)return w`<span class="soft">${n(`nobody_left_out`)}</span>`;let{skipped:c}=a.preflight;return w`<details>
    <summary class="line">${n(`left_out`,{n:s})} <span class="soft">· ${Rt(t,c)}</span></summary>
    <ul class="soft">${c.map(e=>w`<li>${r(e.count)} · ${t.channel(e.channel)} · ${t.reason(e.code)}</li>`)}</ul>
  </details>`}function gi(e,t){let{say:n}=t,{trouble:r,busy:i,moment:a}=e;return i?w`<span role="status">${n(`busy`,{n:i})}</span>`:r instanceof We?w`<span role="alert">${n(a===`write`?`session_over`:`session_over_watch`)}</span> <button @click=${()=>e.again()}>${n(`sign_in_again`)}</button>`:Ge(r)?w`<span role="alert">${n(`overloaded`)}</span> <button @click=${()=>e.again()}>${n(`try_again`)}</button>`:r instanceof Ue?w`<span role="alert">${n(a===`write`?`offline_write`:`unreachable`)}</span> <button @click=${()=>e.again()}>${n(`try_again`)}</button>`:r instanceof P&&r.code!==`selection_empty`&&!_i(r)?w`<span role="alert">${n(`failed_action`,{detail:t.problem(r)})}</span>`:null}var _i=e=>e.faults.some(e=>e.pointer.startsWith(`/message`)||e.pointer.startsWith(`/whatsapp`)),vi=[`queued`,`sending`,`sent`,`delivered`,`read`,`failed`,`uncertain`,`skipped`,`cancelled`],yi=class extends z{constructor(...e){super(...e),this.ticked=/* @__PURE__ */ new Set,this.why=``,this.rejecting=``}shouldUpdate(){return this.model.batch!==null}render(){let e=this.model.batch,t=tt.has(e.status);return w`<div class="body" part="body">
      ${this.#t()}
      ${e.counts?w`<section class="stack" part="progress" aria-label=${this.words.say(`by_channel`)}>${this.#r()}</section>`:T}
      ${this.#n()}
      ${e.counts?this.#a(t):T}
      ${e.status===`scheduled`||!e.confirmed_at?this.#e():T}
      ${t&&e.confirmed_at?this.#u():T}
    </div>`}#e(){return this.model.batch.status===`awaiting_approval`?T:w`<div class="bubble" tabindex="0">${this.model.batch.message.text}</div>`}#t(){let{say:e}=this.words,{batch:t,acting:n}=this.model;if(t.approval?.ruling===`rejected`){let{by:n,reason:r}=t.approval;return w`<p class="note bad">${e(`rejected_by`,{name:n?.name??``,reason:r??``})}</p>`}if(t.status!==`awaiting_approval`)return T;let r=t.recipient_count??0;return w`<div class="note amber stack">
      <p><strong>${e(`asked_by`,{name:t.author.name})}</strong></p>
      <p>${e(`awaits_approval_hint`,{n:r})}</p>
      ${this.model.mayApprove?w`<div class="row">
              <button class="grave" ?disabled=${n} @click=${()=>this.model.act(`approve`)}>${e(`approve`,{n:r})}</button>
              <label class="field">${e(`reject_reason`)}<input .value=${this.rejecting} @input=${e=>this.rejecting=e.target.value} /></label>
              <button class="stop" ?disabled=${n||!this.rejecting.trim()} @click=${()=>this.model.reject(this.rejecting)}>${e(`reject`)}</button>
            </div>`:T}
    </div>
    ${Ir(this.model,this.words)}`}#n(){let{say:e,channel:t,time:n}=this.words,r=this.model.batch;return r.status!==`sending`&&r.pause_reason!==`account`?T:r.lanes.filter(e=>e.reason&&(e.state===`paused`||e.state===`cooling`)).map(r=>w`<div class="note amber row spread">
          <span>${r.resume_at?e(`waits_until`,{channel:t(r.channel),time:n(r.resume_at),reason:r.reason}):e(`waits`,{channel:t(r.channel),reason:r.reason})}</span>
          ${r.state===`paused`&&this.model.maySend?w`<button @click=${()=>this.model.act(`resume`,r.channel_account)}>${e(`try_again`)}</button>`:T}
        </div>`)}#r(){return[...Map.groupBy(this.model.batch.lanes,e=>e.channel)].map(([e,t])=>{let n=Object.fromEntries(vi.map(e=>[e,t.reduce((t,n)=>t+n.counts[e],0)]));return w`<div class="bar"><strong>${this.words.channel(e)}</strong>${bi(n)}<span>${this.#i(n)}</span></div>`})}#i(e){let{number:t,status:n}=this.words;return vi.filter(t=>e[t]>0).map((r,i)=>`${i?` · `:``}${t(e[r])} ${n(r)}`)}updated(){this.model.batch?.counts?.failed&&this.model.reasons.learn()}#a(e){let{say:t}=this.words,{batch:n,maySend:r}=this.model,i=r&&[`sending`,`paused`,`completed`,`cancelled`].includes(n.status);return w`<section class="stack" part="results" aria-label=${t(`results`)}>
      <div class="stack card">
        ${this.#c(`failed`)} ${this.#o()}
        ${this.#c(`uncertain`,i)} ${i&&this.ticked.size?this.#l():T}
        ${this.#c(`skipped`)} ${e?this.#c(`cancelled`):T}
        ${this.#s()?w`<p class="soft">${t(`nobody_left_out`)}</p>`:T}
      </div>
    </section>`}#o(){let{say:e}=this.words,{batch:t,acting:n,maySend:r,reasons:i}=this.model;if(!r||!t.counts.failed||![`sending`,`paused`,`completed`].includes(t.status))return T;let a=i.items.filter(e=>e.status===`failed`),o=a.reduce((e,t)=>e+t.retryable,0);return a.length?w`<div class="row inner">${o?w`<button ?disabled=${n} @click=${()=>this.model.retry(null)}>${e(`retry_n`,{n:o})}</button><span class="soft">${e(`retry_hint`)}</span>`:w`<span class="soft">${e(`retry_none`)}</span>`}</div>`:T}#s(){let e=this.model.batch.counts;return!e.failed&&!e.uncertain&&!e.skipped&&!e.cancelled}#c(e,t=!1){return w`<mass-reply-people
      .model=${this.model} .words=${this.words} status=${e} ?tickable=${t} .ticked=${this.ticked}
      @ticked=${e=>this.ticked=e.detail}
    ></mass-reply-people>`}#l(){let{say:e}=this.words,t=async(e,t=!1)=>{await this.model.resolve({conversation_ids:[...this.ticked],outcome:e,send_again:t,reason:this.why.trim()}),this.model.trouble||(this.ticked=/* @__PURE__ */ new Set)},n=this.model.acting||!this.why.trim();return w`<fieldset class="note stack">
      <legend><strong>${e(`mark`)}</strong></legend>
      <label class="field">${e(`mark_why`)}<input .value=${this.why} @input=${e=>this.why=e.target.value} /></label>
      <div class="row">
        <button ?disabled=${n} @click=${()=>t(`sent`)}>${e(`mark_sent`)}</button>
        <button ?disabled=${n} @click=${()=>t(`not_sent`)}>${e(`mark_not_sent`)}</button>
        ${this.model.batch.status===`cancelled`?T:w`<button class="stop" ?disabled=${n} @click=${()=>t(`not_sent`,!0)}>${e(`mark_again`)}</button>`}
      </div>
      <p class="soft">${e(`mark_risk`)}</p>
    </fieldset>`}#u(){let{say:e}=this.words,t=this.model.batch.counts,n=e=>this.dispatchEvent(new CustomEvent(`follow-up`,{detail:e,bubbles:!0}));return w`<div class="row">
      <button ?disabled=${this.model.acting} @click=${()=>this.model.export()}>${e(`export`)}</button>
      ${this.model.maySend&&oi(t)?w`<button @click=${()=>n([`sent`,`delivered`,`read`])}>${e(`follow_up`)}</button>`:T}
      ${this.model.maySend&&t.failed+t.cancelled?w`<button @click=${()=>n([`failed`,`cancelled`])}>${e(`follow_up_failed`)}</button>`:T}
    </div>`}};R([N()],yi.prototype,`ticked`,void 0),R([N()],yi.prototype,`why`,void 0),R([N()],yi.prototype,`rejecting`,void 0),yi=R([j(`mass-reply-watch`)],yi);function bi(e){let t=vi.reduce((t,n)=>t+e[n],0)||1,n=[[`reached`,oi(e)],[`failed`,e.failed],[`uncertain`,e.uncertain],[`skipped`,e.skipped+e.cancelled]],r=0;return w`<svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
    ${n.map(([e,n])=>{let i=n/t*100;return r+=i,we`<rect class=${e} x=${r-i} y="0" width=${i} height="4"></rect>`})}
  </svg>`}var xi=`@£$¥èéùìòÇ
Øø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà`,Si=`\f^{}\\[~]|€`;function Ci(e){let t=[...e].map(e=>xi.includes(e)?1:Si.includes(e)?2:0);return t.every(Boolean)?wi(t,160,153):wi([...new Intl.Segmenter().segment(e)].flatMap(({segment:e})=>e===`\r
`?[1,1]:[e.length]),70,67)}function wi(e,t,n){if(e.reduce((e,t)=>e+t,0)<=t)return 1;let r=1,i=n;for(let t of e)t>i&&(r++,i=n),i-=t;return r}var Ti=class extends z{constructor(...e){super(...e),this.channel=null,this.place=0}get samples(){return this.model.preview?.preflight.samples??[]}render(){let{say:e,channel:t}=this.words,n=[...new Set(this.samples.map(e=>e.channel))],r=n.find(e=>e===this.channel)??n[0],i=this.samples.filter(e=>e.channel===r),a=i[Math.min(this.place,i.length-1)];return w`<section class="stack preview" part="preview" aria-label=${e(`preview`)}>
      <h3>${e(`preview`)}</h3>
      <div role="tablist" aria-label=${e(`by_channel`)} @keydown=${this.#a}>
        ${n.map(e=>w`<button
            role="tab"
            id="tab-${e}"
            aria-controls="sample"
            aria-selected=${e===r}
            tabindex=${e===r?0:-1}
            @click=${()=>this.#i(e)}
          >${t(e)}</button>`)}
      </div>
      <div id="sample" role=${r?`tabpanel`:`group`} aria-labelledby=${r?`tab-${r}`:`title`} class="stack">
        <div class="bubble" tabindex="0">${a?a.text:w`<span class="soft">${e(this.#e())}</span>`}</div>
        <div class="row spread">
          <span>${a?this.#t(a):``}</span>
          <span class="row">
            <button class="plain" aria-label=${e(`previous`)} ?disabled=${i.length<2} @click=${()=>this.#r(-1,i.length)}>‹</button>
            <span>${i.length?e(`place_of`,{i:Math.min(this.place,i.length-1)+1,n:i.length}):``}</span>
            <button class="plain" aria-label=${e(`next`)} ?disabled=${i.length<2} @click=${()=>this.#r(1,i.length)}>›</button>
          </span>
        </div>
        <p class="soft" aria-live="polite">${a?this.#n(a):``}</p>
      </div>
    </section>`}#e(){return this.model.draft.text.trim()?`preview_nobody`:`preview_empty`}#t(e){let t=this.model.people.get(e.conversation_id);return t?this.words.say(`to`,{name:this.words.who(t.contact)}):``}#n(e){let{say:t}=this.words;if(e.channel===`sms`)return t(`segments`,{n:Ci(e.text)});let n=Ei[e.channel];if(!n)return``;let r=n.unit===`bytes`?new TextEncoder().encode(e.text).length:[...e.text].length;return t(n.unit===`bytes`?`used_of_bytes`:`used_of_characters`,{used:r,n:n.most})}#r(e,t){this.place=(Math.min(this.place,t-1)+e+t)%t}#i(e){this.channel=e,this.place=0}#a(e){let t={ArrowRight:1,ArrowLeft:-1}[e.key];if(!t)return;let n=[...this.querySelectorAll(`[role=tab]`)],r=n[(n.findIndex(e=>e.getAttribute(`aria-selected`)===`true`)+t+n.length)%n.length];r.click(),r.focus()}};R([N()],Ti.prototype,`channel`,void 0),R([N()],Ti.prototype,`place`,void 0),Ti=R([j(`mass-reply-preview`)],Ti);var Ei={instagram:{most:1e3,unit:`bytes`},facebook:{most:2e3,unit:`characters`},whatsapp:{most:4096,unit:`characters`}},Di=class extends z{focusText(){this.editor?.focusText()}render(){let{say:e,time:t}=this.words,{model:n}=this;return w`<div class="body" part="body">
      ${n.restored?w`<p class="note">${e(`draft_kept`,{time:t(n.restored)})}</p>`:T}
      <div class="columns">
        <mass-reply-editor .model=${n} .words=${this.words}></mass-reply-editor>
        <div class="stack">
          <mass-reply-preview .model=${n} .words=${this.words}></mass-reply-preview>
          ${this.#e()}
        </div>
      </div>
      ${this.#t()}
    </div>`}#e(){let{say:e}=this.words,t=this.model.preview?.preflight.warnings??[];return t.length?w`<div class="note amber" role="group" aria-label=${e(`warnings`)}>
      <ul>
        ${zt(this.words,t)}
      </ul>
    </div>`:T}#t(){let{say:e}=this.words,{draft:t}=this.model,n=e=>this.model.change(e),r=(e,r,i=!1)=>w`<label class="choice"
        ><input
          type="checkbox"
          .checked=${t[e]&&!i}
          ?disabled=${i}
          @change=${t=>n({[e]:t.target.checked})}
        />${r}</label
      >`;return w`<fieldset class="options" part="options">
      <legend class="spoken">${e(`options`)}</legend>
      <div class="columns">
        <div>
          ${r(`markAsDone`,e(`mark_as_done`))} ${r(`hold`,e(`hold`),t.sendAt!==``)}
          ${r(`blank`,e(`blank`))}
          <p class="soft indent ${t.blank?`unseen`:``}">${e(`blank_hint`)}</p>
          <p class="soft">${this.#n()}</p>
        </div>
        <div>
          <div class="row">
            <label class="choice"
              ><input
                type="checkbox"
                .checked=${t.sample!==null}
                @change=${e=>n({sample:e.target.checked?5:null})}
              />${e(`sample`)}</label
            >
            <input
              type="number"
              min="1"
              size="4"
              aria-label=${e(`sample`)}
              ?disabled=${t.sample===null}
              .value=${String(t.sample??5)}
              @change=${e=>n({sample:Math.max(1,Math.trunc(Number(Vt(e))||1))})}
            />
            <span class="soft">${e(`sample_unit`)}</span>
          </div>
          <div class="row">
            <label class="choice"
              ><input
                type="checkbox"
                .checked=${t.sendAt!==``}
                @change=${e=>n({sendAt:e.target.checked?Oi():``})}
              />${e(`schedule`)}</label
            >
            <input
              type="datetime-local"
              aria-label=${e(`schedule_at`)}
              ?disabled=${t.sendAt===``}
              .value=${t.sendAt||Oi()}
              @change=${e=>n({sendAt:Vt(e)})}
            />
          </div>
          ${this.#r()}
        </div>
      </div>
    </fieldset>`}#n(){let{say:e}=this.words,{me:t,preview:n}=this.model,r=t?.user?.name??t?.key?.name,i=n?.approval_above??null;return[r?e(`in_name_of`,{name:r}):``,i!==null&&(n.recipient_count??1/0)>i?e(`asks_above`,{n:i}):``].join(` `)}#r(){let{say:e}=this.words,{template:t}=this.model.draft;if(!(this.model.preview?.preflight.by_channel)?.some(e=>e.channel===`whatsapp`)&&!t.name)return T;let n=e=>n=>this.model.change({template:{...t,[e]:n.target.value}});return w`<details>
      <summary>${e(`template`)}</summary>
      <div class="stack">
        <label class="field">${e(`template_name`)}<input .value=${t.name} @change=${n(`name`)} /></label>
        <label class="field">${e(`template_language`)}<input size="6" .value=${t.language} @change=${n(`language`)} /></label>
        <label class="field">${e(`template_parameters`)}<textarea rows="2" .value=${t.parameters} @change=${n(`parameters`)}></textarea></label>
      </div>
    </details>`}};R([He(`mass-reply-editor`)],Di.prototype,`editor`,void 0),Di=R([j(`mass-reply-write`)],Di);function Oi(){let e=new Date(Date.now()+36e5);return(/* @__PURE__ */ new Date(e.getTime()-e.getTimezoneOffset()*6e4)).toISOString().slice(0,16)}var $=class extends A{constructor(...e){super(...e),this.api=``,this.selection=null,this.massReply=null,this.typeNumberFrom=100,this.getToken=()=>Promise.reject(/* @__PURE__ */ Error(`no getToken`)),this.model=null,this.asking=null,this.now=Date.now(),this.settled=!0,this.#e=null,this.#t=0,this.#n=``,this.#r=0,this.#i=()=>new qe((this.api||ji).replace(/\/$/,``),e=>this.getToken(e)),this.#c=``,this.#m=()=>w`<button class="main" @click=${this.#v}>${this.words.say(`close`)}</button>`,this.#_=()=>{this.model?.isDirty?this.asking=`discard`:this.#v()},this.#v=()=>{this.asking=null,this.close()},this.#C=``,this.#w=0}static{this.styles=[at,ot,st]}#e;#t;#n;#r;get words(){let e=Nt(this);return this.#e?.locale===e?this.#e:this.#e=new At(e)}async show(){this.#a(new ri(this.#i(),this.selection)),await this.updateComplete,this.dialog.open||this.dialog.showModal(),await this.#g(this.massReply)}close(){this.dialog?.open&&(this.dialog.close(),this.#x())}async allowed(){return this.#i().get(`/me`).then(e=>e.permissions.includes(`mass_replies:send`),()=>!1)}#i;#a(e){this.model?.leave(),this.model=e,e.addEventListener(`change`,()=>this.requestUpdate());for(let t of[`created`,`confirmed`,`sent`,`finished`])e.addEventListener(t,e=>this.#o(t,e.detail));clearInterval(this.#t),this.#t=window.setInterval(()=>this.now=Date.now(),1e3)}disconnectedCallback(){super.disconnectedCallback(),clearInterval(this.#t),this.model?.leave()}#o(e,t){this.dispatchEvent(new CustomEvent(e,{detail:t,bubbles:!0,composed:!0}))}render(){let e=li(this.model,this.words,Date.now());return w`<dialog
      part="dialog"
      aria-labelledby="title"
      @cancel=${this.#y}
      @close=${this.#b}
      @keydown=${this.#S}
    >
      ${this.model&&w`<div class="sheet">
        <header class="top">
          <h2 id="title" part="title" tabindex="-1">${e}</h2>
          <button class="plain" aria-label=${this.words.say(`close`)} @click=${this.#_}>✕</button>
          <div class="under">${hi(this.model,this.words)}</div>
        </header>
        ${this.#l()}
        <footer class="foot" part="actions">${this.#u()}</footer>
      </div>`}
      <div class="spoken" role="status" aria-live="polite" id="live">${this.#s(e)}</div>
    </dialog>`}#s(e){let t=this.model?`${this.model.moment} ${this.model.batch?.status??``}`:``;return(t!==this.#c||this.now-this.#r>=5e3)&&(this.#c=t,this.#r=this.now,this.#n=e),this.#n}#c;#l(){let{model:e,words:t}=this;switch(e.moment){case`opening`:return w`<div class="body" aria-busy="true"></div>`;case`write`:return e.maySend?w`<mass-reply-write class="part" .model=${e} .words=${t}></mass-reply-write>`:w`<div class="body"><p class="note">${t.say(`no_permission`)}</p></div>`;case`confirm`:return w`<mass-reply-confirm class="part" .model=${e} .words=${t} .typeFrom=${this.typeNumberFrom} @typed=${()=>this.requestUpdate()}></mass-reply-confirm>`;case`watch`:return w`<mass-reply-watch class="part" .model=${e} .words=${t} @follow-up=${this.#h}></mass-reply-watch>`}}#u(){let{say:e}=this.words;return this.asking===`discard`?w`<strong class="say">${e(`discard_title`)}</strong>
        <button class="stop" ?disabled=${!this.settled} @click=${()=>{this.model.discard(),this.#v()}}>${e(`discard`)}</button>
        <button @click=${this.#v}>${e(`keep_for_later`)}</button>
        <button class="main" autofocus @click=${()=>this.asking=null}>${e(`keep`)}</button>`:this.asking===`stop`?w`<strong class="say">${e(`stop_sure`)}</strong>
        <button class="stop" ?disabled=${!this.settled} @click=${()=>{this.asking=null,this.model.act(`cancel`)}}>${e(`stop`)}</button>
        <button class="main" @click=${()=>this.asking=null}>${e(`keep_sending`)}</button>`:w`<span class="say">${this.#d()}</span>${this.#f()}`}#d(){let{say:e}=this.words,{moment:t,batch:n}=this.model;return gi(this.model,this.words)||(t===`confirm`?w`<strong>${e(`cannot_be_recalled`)}</strong>`:t===`watch`&&!tt.has(n.status)?w`<span class="soft">${e(`you_can_close`)}</span>`:T)}#f(){let{say:e}=this.words,t=this.model,{batch:n}=t,r=t.acting||!this.settled;if(t.moment===`write`)return t.maySend?w`<button class="main" ?disabled=${r||!Ai(t)} @click=${()=>t.review()}>${e(`review`)}</button>`:this.#m();if(t.moment===`confirm`){let i=n.recipient_count??0,a=this.confirmView?.isReady??i<this.typeNumberFrom;return w`<button ?disabled=${r} @click=${()=>t.back()}>${e(n.status===`expired`?`review_again`:`back`)}</button>
        ${i&&n.status===`awaiting_confirmation`?w`<button class="grave" ?disabled=${r||!a} @click=${()=>t.confirm()}>${e(`send_to`,{n:i})}</button>`:T}`}return t.moment===`opening`?T:w`${t.maySend?this.#p(n.status):T}${this.#m()}`}#p(e){let{say:t}=this.words,{batch:n}=this.model,r=this.model.acting||!this.settled,i=w`<button class="stop" ?disabled=${r} @click=${()=>this.asking=`stop`}>${t(`stop`)}</button>`,a=n.counts?ci(n.counts):0;switch(e){case`scheduled`:return w`<button class="main" ?disabled=${r} @click=${()=>this.model.act(`cancel`)}>${t(`undo`)}</button>`;case`awaiting_approval`:return w`<button ?disabled=${r} @click=${()=>this.model.act(`cancel`)}>${t(`withdraw`)}</button>`;case`sending`:return w`${i}<button ?disabled=${r} @click=${()=>this.model.act(`pause`)}>${t(`pause`)}</button>`;case`paused`:return w`${i}<button class="grave" ?disabled=${r} @click=${()=>this.model.act(`resume`)}>
          ${n.pause_reason===`sample_sent`?t(`go_on_with`,{n:a}):t(`resume`)}
        </button>`;default:return T}}#m;#h(e){let t={follow_up:{mass_reply_id:this.model.batch.id,statuses:e.detail}};this.#a(new ri(this.model.api,t)),this.#g(null)}async#g(e){await this.model.open(e),await this.updateComplete,this.writeView?.focusText()}#_;#v;#y(e){e.preventDefault(),this.asking?this.asking=null:this.#_()}#b(){this.model&&!this.dialog.open&&this.#x()}#x(){let e=this.model?.batch?.id??null;this.model?.leave(),this.model=null,this.asking=null,clearInterval(this.#t),this.#o(`closed`,{id:e})}#S(e){if(e.key!==`Enter`||!(e.ctrlKey||e.metaKey))return;e.preventDefault();let t=this.model;t&&Ai(t)&&t.review()}willUpdate(){let e=`${this.model?.moment} ${this.model?.batch?.status} ${this.asking}`;e!==this.#C&&(this.#C=e,this.settled=!1,clearTimeout(this.#w),this.#w=window.setTimeout(()=>this.settled=!0,ki))}#C;#w;updated(){let e=this.model?.moment;e&&e!==this.#T&&e!==`write`&&e!==`opening`&&this.renderRoot.querySelector(`#title`)?.focus(),this.#T=e}#T};R([M()],$.prototype,`api`,void 0),R([M({attribute:`selection`,converter:{fromAttribute:e=>e?JSON.parse(e):null}})],$.prototype,`selection`,void 0),R([M({attribute:`mass-reply`})],$.prototype,`massReply`,void 0),R([M({type:Number,attribute:`type-number-from`})],$.prototype,`typeNumberFrom`,void 0),R([M({attribute:!1})],$.prototype,`getToken`,void 0),R([N()],$.prototype,`model`,void 0),R([N()],$.prototype,`asking`,void 0),R([N()],$.prototype,`now`,void 0),R([N()],$.prototype,`settled`,void 0),R([He(`dialog`)],$.prototype,`dialog`,void 0),R([He(`mass-reply-confirm`)],$.prototype,`confirmView`,void 0),R([He(`mass-reply-write`)],$.prototype,`writeView`,void 0),$=R([j(`mass-reply-dialog`)],$);var ki=400,Ai=({moment:e,draft:t,preview:n,trouble:r})=>e===`write`&&t.text.trim()!==``&&n!==null&&n.recipient_count!==0&&!r,ji=new URL(
/* @vite-ignore */
`..`,import.meta.url).href;export{$ as MassReplyDialog};